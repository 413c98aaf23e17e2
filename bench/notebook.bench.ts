import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachedEnvironment } from '../scripts/python.mjs'
import { inTurns, type BenchRow } from './bench.ts'

const root = join(import.meta.dirname, '..')
const notebook = join(root, 'examples', 'income.ipynb')
const run = promisify(execFile)

/**
 * The example notebook from the command to its end: `daybook run`, tracked, with daemon and supervisor running
 * as they do in daily use, beside papermill on the same Python.
 */
export async function bench(): Promise<readonly BenchRow[]> {
  const papermill = await cachedEnvironment('papermill', ['papermill==2.7.0', 'ipykernel'])
  const folder = mkdtempSync(join(tmpdir(), 'b-'))
  const daybook = (...args: string[]): Promise<unknown> =>
    run(process.execPath, [join(root, 'bin', 'daybook.mjs'), ...args], { cwd: root })
  // papermill finds kernels by kernelspec: one that names the project's own Python.
  const spec = join(folder, 'kernels', 'bench')
  mkdirSync(spec, { recursive: true })
  const python = join(root, '.venv', 'bin', 'python')
  const argv = [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}']
  writeFileSync(
    join(spec, 'kernel.json'),
    JSON.stringify({ argv, display_name: 'bench', language: 'python' }),
  )
  const env = { ...process.env, JUPYTER_PATH: folder }
  try {
    await daybook('daemon', 'start')
    const { oursMs, peerMs } = await inTurns(
      3,
      () => daybook('run', notebook, '--output', join(folder, 'ours.ipynb')),
      () =>
        run(
          papermill,
          [
            '-m',
            'papermill',
            '-k',
            'bench',
            '--cwd',
            join(root, 'examples'),
            notebook,
            join(folder, 'peer.ipynb'),
          ],
          {
            cwd: root,
            env,
          },
        ),
    )
    return [
      {
        what: 'notebook: examples/income.ipynb from command to end, tracked and all',
        ours: { value: oursMs / 1000, unit: 's' },
        peer: { name: 'papermill', value: peerMs / 1000, unit: 's' },
        aim: 'not slower (10 % noise)',
        reached: oursMs <= 1.1 * peerMs,
      },
    ]
  } finally {
    await daybook('stop', '--all')
    rmSync(folder, { recursive: true, force: true })
  }
}
