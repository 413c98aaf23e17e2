import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedEnvironment } from '../scripts/python.mjs'
import { dataDefaults } from '../shared/data/data_process.ts'
import { htmlReport } from '../shared/data/html_report.ts'
import { lintInProcess } from '../shared/data/lint_process.ts'
import { median, type BenchRow } from './bench.ts'

const peers = join(import.meta.dirname, 'lint_peer.py')
const packages = ['duckdb==1.5.*', 'pandas==3.*', 'polars==1.*', 'pyarrow', 'numpy']

/** What each tool took, in seconds. */
interface Peers {
  duckdb: number
  pandas: number
  polars: number
}

/**
 * Profile and all rules over a million rows of 20 mixed columns, as `daybook lint` does it (start of the process
 * included), against what the usual tools say of the same Parquet file, in turns. The tools check nothing.
 */
export async function bench(): Promise<readonly BenchRow[]> {
  const python = await cachedEnvironment('lint-peers', packages)
  const folder = mkdtempSync(join(tmpdir(), 'daybook-lint-'))
  try {
    const path = join(folder, 'million.parquet')
    execFileSync(python, [peers, 'make', path])
    const { sampleRows, memoryBytes, threads } = dataDefaults
    const plain = { against: null, table: null, rules: {}, suppress: [], engine: 'auto' as const }
    const request = { path, ...plain, sampleRows, memoryBytes, threads }
    const turns: { ours: number; peers: Peers }[] = []
    let pageBytes = 0
    for (let turn = 0; turn < 3; turn++) {
      const begin = performance.now()
      const report = await lintInProcess(request, { timeLimitMs: 600_000 })
      const ours = (performance.now() - begin) / 1000
      pageBytes = Buffer.byteLength(htmlReport(report))
      turns.push({
        ours,
        peers: JSON.parse(execFileSync(python, [peers, 'time', path], { encoding: 'utf8' })) as Peers,
      })
    }
    const value = median(turns.map(({ ours }) => ours))
    const row = (name: keyof Peers, says: string): BenchRow => ({
      what: `profile and all rules, 1 million rows × 20 (${says})`,
      ours: { value, unit: 's' },
      peer: { name: says, value: median(turns.map((turn) => turn.peers[name])), unit: 's' },
    })
    const summarize = row('duckdb', "DuckDB's SUMMARIZE")
    return [
      {
        ...summarize,
        aim: 'at most twice SUMMARIZE',
        reached: value <= 2 * (summarize.peer?.value ?? 0),
      },
      row('pandas', "pandas' describe"),
      row('polars', "polars' describe"),
      {
        what: 'its report as one HTML file',
        ours: { value: pageBytes / 1e6, unit: 'MB' },
        aim: 'below 0.5 MB',
        reached: pageBytes < 500_000,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
