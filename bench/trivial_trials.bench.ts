import { execFile } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { StudySummary, StudyTrial } from '../shared/api/study_methods.ts'
import type { BenchRow } from './bench.ts'
import { byPeer, notebookOf, rayTune, searchSeconds } from './trials.bench.ts'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** How many trials each side runs; Ray Tune gets enough for its start not to count for much. */
const [ours, theirs] = [200, 40]

/** Trials that do nothing but log a number: what a search costs by itself, beside Ray Tune in the same run. */
export async function bench(): Promise<readonly BenchRow[]> {
  const python = await rayTune()
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'b-')))
  symlinkSync(join(root, '.venv'), join(folder, '.venv'))
  const notebook = join(folder, 'trivial.ipynb')
  const cells = ['rate = 0.5', 'import daybook', 'daybook.log(score=-(rate - 0.3) ** 2)']
  writeFileSync(notebook, JSON.stringify(notebookOf(cells)))
  const daybook = (...args: string[]) =>
    run(process.execPath, [join(root, 'bin', 'daybook.mjs'), ...args], { cwd: folder, maxBuffer: 1e9 })
  try {
    const { stdout } = await daybook(
      ...['tune', notebook, '--metric', 'score:max', '--space', 'rate=float(0,1)', '--trials', String(ours)],
      ...['--parallel', '2', '--sampler', 'random', '--pruner', 'none', '--seed', '1', '--json'],
    )
    const rate = ours / searchSeconds(JSON.parse(stdout) as StudySummary & { allTrials: StudyTrial[] })
    const peers = { ray_trivial: 'Ray Tune', ray_again: 'Ray Tune with reuse_actors' }
    const rows: BenchRow[] = []
    for (const [peer, name] of Object.entries(peers)) {
      const { seconds } = await byPeer(python, peer, theirs)
      const peerRate = theirs / seconds
      rows.push({
        what: 'trials: trivial ones, two at a time',
        ours: { value: rate, unit: '1/s' },
        peer: { name: `${name} (${theirs} run, loaded before)`, value: peerRate, unit: '1/s' },
        ...(peer === 'ray_trivial' ? { aim: '30 times as many', reached: rate >= 30 * peerRate } : {}),
      })
    }
    return rows
  } finally {
    await daybook('stop', '--all')
    rmSync(folder, { recursive: true, force: true })
  }
}
