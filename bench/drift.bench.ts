import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedEnvironment } from '../scripts/python.mjs'
import { dataDefaults } from '../shared/data/data_process.ts'
import { drawDriftPage } from '../shared/monitor/drift_page.ts'
import { compareInProcess, driftSampleRows } from '../shared/monitor/drift_process.ts'
import type { BenchRow } from './bench.ts'

const peer = join(import.meta.dirname, 'drift_peer.py')

/**
 * Two tables of a million rows and 20 columns compared and put on a page, as `daybook drift` does it, start of the
 * process included, against Evidently's drift preset in the same run. All rows are compared by both.
 */
export async function bench(): Promise<readonly BenchRow[]> {
  const python = await cachedEnvironment('evidently-0.7', ['evidently==0.7.21', 'pandas==2.3.*'])
  const folder = mkdtempSync(join(tmpdir(), 'daybook-drift-'))
  try {
    const [reference, current] = ['reference', 'current'].map((name) => join(folder, `${name}.parquet`)) as [
      string,
      string,
    ]
    execFileSync(python, [peer, 'make', reference, current])
    const begin = performance.now()
    const report = await compareInProcess(
      {
        ...{ reference, current, profile: 'daybook', block: null, leaveOut: [] },
        ...{ sampleRows: driftSampleRows, memoryBytes: 2_000_000_000, threads: dataDefaults.threads },
      },
      { timeLimitMs: 600_000 },
    )
    const page = Buffer.byteLength(drawDriftPage(report))
    const seconds = (performance.now() - begin) / 1000
    const theirs = JSON.parse(
      execFileSync(python, [peer, 'time', reference, current], { encoding: 'utf8' }),
    ) as { seconds: number; bytes: number }
    return [
      {
        what: 'drift of 1 million rows × 20 columns, with its page',
        ours: { value: seconds, unit: 's' },
        peer: { name: "Evidently's drift preset", value: theirs.seconds, unit: 's' },
        aim: 'a 40th',
        reached: seconds * 40 <= theirs.seconds,
      },
      {
        what: 'the page',
        ours: { value: page / 1e6, unit: 'MB' },
        peer: { name: "Evidently's", value: theirs.bytes / 1e6, unit: 'MB' },
        aim: 'a tenth',
        reached: page * 10 <= theirs.bytes,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
