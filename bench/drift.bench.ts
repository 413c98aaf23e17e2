import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedEnvironment } from '../scripts/python.mjs'
import { askDataProcess, dataDefaults } from '../shared/data/data_process.ts'
import { drawDriftPage } from '../shared/monitor/drift_page.ts'
import { driftSampleRows, type DriftRequest } from '../shared/monitor/drift_process.ts'
import type { DriftReport } from '../shared/monitor/drift_report.ts'
import { median, type BenchRow } from './bench.ts'

const peer = join(import.meta.dirname, 'drift_peer.py')

/** As it is installed: to strip the types off a hundred source files is no part of a comparison. */
const program = new URL('../dist/drift.mjs', import.meta.url)

/**
 * Two tables of a million rows and 20 columns compared and put on a page, as `daybook drift` does it, start of the
 * process included, against Evidently's drift preset in the same run. Evidently compares all rows; `daybook drift`
 * draws 100,000 of each unless told otherwise with `--sample`: both are measured.
 */
export async function bench(): Promise<readonly BenchRow[]> {
  const python = await cachedEnvironment('evidently-0.7', ['evidently==0.7.21', 'pandas==2.3.*'])
  const folder = mkdtempSync(join(tmpdir(), 'daybook-drift-'))
  const [reference = '', current = ''] = ['reference', 'current'].map((name) =>
    join(folder, `${name}.parquet`),
  )
  const compare = async (sampleRows: number): Promise<{ seconds: number; bytes: number }> => {
    const begin = performance.now()
    const request: DriftRequest = {
      ...{ reference, current, profile: 'daybook', method: null, block: null, leaveOut: [] },
      ...{ sampleRows, memoryBytes: 2_000_000_000, threads: dataDefaults.threads },
    }
    const report = await askDataProcess<DriftReport>(program, request, { timeLimitMs: 600_000 })
    const bytes = Buffer.byteLength(drawDriftPage(report))
    return { seconds: (performance.now() - begin) / 1000, bytes }
  }
  try {
    execFileSync(python, [peer, 'make', reference, current])
    const seconds: number[] = []
    const several = async (): Promise<number> => {
      for (let turn = 0; turn < 3; turn++) seconds.push((await compare(driftSampleRows)).seconds)
      return median(seconds)
    }
    // Short as they are, before and after the long one: the machine may be another one meanwhile.
    await several()
    const whole = await compare(1_000_000)
    const theirs = JSON.parse(
      execFileSync(python, [peer, 'time', reference, current], { encoding: 'utf8' }),
    ) as { seconds: number; bytes: number }
    const ours = { seconds: await several(), bytes: (await compare(driftSampleRows)).bytes }
    const evidently = { name: "Evidently's drift preset", value: theirs.seconds, unit: 's' as const }
    return [
      {
        what: 'drift of 1 million rows × 20 columns, 100,000 drawn, with its page',
        ours: { value: ours.seconds, unit: 's' },
        peer: evidently,
        aim: 'a 40th',
        reached: ours.seconds * 40 <= theirs.seconds,
      },
      {
        what: 'the same, all rows compared',
        ours: { value: whole.seconds, unit: 's' },
        peer: evidently,
      },
      {
        what: 'the page',
        ours: { value: ours.bytes / 1e6, unit: 'MB' },
        peer: { name: "Evidently's", value: theirs.bytes / 1e6, unit: 'MB' },
        aim: 'a tenth',
        reached: ours.bytes * 10 <= theirs.bytes,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
