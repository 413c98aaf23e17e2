import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pythonOf, venvFolder } from '../scripts/paths.mjs'
import { openClient } from '../shared/api/client.ts'
import { openWebSocketWire } from '../shared/api/websocket_wire.ts'
import { ensureDaemon } from '../shared/daemon/ensure.ts'
import { median, type BenchRow } from './bench.ts'

const root = join(import.meta.dirname, '..')
const python = pythonOf(venvFolder)
const daybook = ['--disable-warning=ExperimentalWarning', join(root, 'shared/daemon/cli/main.ts')] as const
const heldAimMs = 50
const firstAimMs = 300

/** How long a kernel is held when a frame of a gigabyte is handed over, and when the first findings are there. */
export async function bench(): Promise<readonly BenchRow[]> {
  const held = ['pandas', 'numpy'].flatMap((library) => holding(library))
  return [...held, ...(await firstResult())]
}

function holding(library: string): BenchRow[] {
  const spool = mkdtempSync(join(tmpdir(), 'daybook-spool-'))
  try {
    const program = join(import.meta.dirname, 'hand_over.py')
    const taken = JSON.parse(
      execFileSync(python, [program, join(root, 'shared/python'), spool, library], { encoding: 'utf8' }),
    ) as { bytes: number; held: number; cpu: number; copy: number }
    const what = `a ${library === 'numpy' ? 'NumPy array' : 'pandas frame'} of ${(taken.bytes / 1e9).toFixed(2)} GB handed over by the kernel: it is held`
    const copy = { name: 'copying it', value: taken.copy, unit: 'ms' } as const
    return [
      {
        what,
        ours: { value: taken.held, unit: 'ms' },
        peer: copy,
        aim: `under ${heldAimMs} ms`,
        reached: taken.held < heldAimMs,
      },
      { what: `${what}, time of the processor`, ours: { value: taken.cpu, unit: 'ms' } },
    ]
  } finally {
    rmSync(spool, { recursive: true, force: true })
  }
}

const frame = `n = 100_000
r = np.random.default_rng(%)
f% = pd.DataFrame({f"x{i}": r.normal(i, 1 + i, n) for i in range(12)})
for i, kinds in enumerate((3, 10, 50, 300, 2000, 50_000)):
    f%[f"c{i}"] = np.array([f"kind {k}" for k in range(kinds)])[r.integers(0, kinds, n)]
f%["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(r.integers(0, 10**6, n), unit="min")
f%["same"] = 1
print(time.time() * 1000)`
const frames = 5

/** A notebook of cells that each make a frame, with pauses; a client that waits for what is found, as an editor does. */
async function firstResult(): Promise<BenchRow[]> {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'daybook-first-')))
  try {
    symlinkSync(venvFolder, join(project, '.venv'))
    const cells = Array.from({ length: frames }, (_, i) => [
      frame.replaceAll('%', String(i)),
      'time.sleep(8)',
    ]).flat()
    const ran = join(project, 'ran.ipynb')
    writeFileSync(
      join(project, 'frames.ipynb'),
      notebookOf(['import time\nimport numpy as np\nimport pandas as pd', ...cells]),
    )
    const { url, token } = await ensureDaemon(project)
    const client = openClient(await openWebSocketWire(url, token))
    const [firstMs, wholeMs] = [new Map<string, number>(), new Map<string, number>()]
    client.onChange('data.changed', () => {
      void client.call('data.findings', { notebook: 'frames.ipynb' }).then((list) => {
        for (const { name, notes } of list) {
          const when = notes.some((note) => note.startsWith('A first look')) ? firstMs : wholeMs
          if (!when.has(name)) when.set(name, Date.now())
        }
      })
    })
    await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...daybook, 'run', 'frames.ipynb', '--output', ran], {
        cwd: project,
        stdio: 'ignore',
      })
      child.on('error', reject)
      child.on('close', resolve)
    })
    for (let tries = 0; wholeMs.size < frames && tries < 600; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100))
    client.close()
    const endsMs = printedIn(ran)
    const after = (known: ReadonlyMap<string, number>): number[] =>
      endsMs.flatMap((endMs, i) => (known.has(`f${i}`) ? [known.get(`f${i}`)! - endMs] : []))
    const [first, whole] = [after(firstMs), after(wholeMs)]
    if (first.length < frames || whole.length < frames)
      throw new Error('Cannot tell: not every frame was looked at')
    const what = "100,000 rows × 20, from the cell's end until an editor has the findings"
    return [
      {
        what: `${what} of a first sample`,
        ours: { value: median(first), unit: 'ms' },
        aim: `within ${firstAimMs} ms`,
        reached: median(first) <= firstAimMs,
      },
      { what: `${what} of all rows`, ours: { value: median(whole), unit: 'ms' } },
    ]
  } finally {
    execFileSync(process.execPath, [...daybook, 'daemon', 'stop'], { cwd: project, stdio: 'ignore' })
    rmSync(project, { recursive: true, force: true, maxRetries: 3 })
  }
}

function notebookOf(cells: readonly string[]): string {
  const kernelspec = { name: 'python3', language: 'python', display_name: 'Python 3' }
  return JSON.stringify({
    cells: cells.map((source, i) => ({
      ...{ cell_type: 'code', id: `cell-${i}`, metadata: {}, source, outputs: [], execution_count: null },
    })),
    metadata: { kernelspec },
    nbformat: 4,
    nbformat_minor: 5,
  })
}

/** The numbers that the cells printed, in their order. */
function printedIn(path: string): number[] {
  const { cells } = JSON.parse(readFileSync(path, 'utf8')) as {
    cells: { outputs: { text?: string | string[] }[] }[]
  }
  return cells.flatMap(({ outputs }) =>
    outputs.flatMap(({ text = [] }) => (text.length === 0 ? [] : [Number([text].flat().join(''))])),
  )
}
