import { resolve } from 'node:path'
import type { Client } from '../../api/client.ts'
import type { CellProgress, NotebookRun } from '../../api/notebook_methods.ts'
import type { RunDetail } from '../../api/run_methods.ts'
import { Problem } from '../../base/problem.ts'
import { connect, type CommandContext } from './context.ts'
import { isBesideMetric } from '../../base/metric_name.ts'
import { formatDuration, formatNumber } from '../../base/quantity.ts'
import { type Terminal } from './terminal.ts'

/** Options of `daybook run`. */
export interface RunOptions {
  /** `name=value` as typed. */
  parameter?: string[]
  kernel?: string
  output?: string
}

/**
 * `daybook run NOTEBOOK`: executes it, tracked, and follows it to its end. Survives the end of the daemon:
 * it is started again and goes on. The first Ctrl-C interrupts the kernel, the second one stops it.
 */
export async function runCommand(
  context: CommandContext,
  notebook: string,
  options: RunOptions,
): Promise<number> {
  const { terminal } = context
  const parameters = parseAssignments(options.parameter ?? [])
  const line = { client: await connect(context) }
  try {
    const run = await line.client.call('notebooks.run', {
      path: resolve(notebook),
      parameters,
      kernel: options.kernel ?? null,
      output: options.output === undefined ? null : resolve(options.output),
    })
    for (const warning of run.warnings) terminal.err(terminal.style('yellow', `! ${warning}`))
    const done = await followToEnd(context, line, run)
    const tracked =
      done.runId === null ? null : await line.client.call('runs.get', { id: done.runId }).catch(() => null)
    if (context.json) terminal.out(JSON.stringify({ ...done, run: tracked }, null, 2))
    else terminal.out(summary(terminal, done, tracked))
    return done.state === 'finished' ? 0 : done.state === 'cancelled' ? 130 : 1
  } finally {
    line.client.close()
  }
}

/** Follows a notebook run over as many daemons as it takes; `line.client` is always the latest one's. */
async function followToEnd(
  context: CommandContext,
  line: { client: Client },
  begun: NotebookRun,
): Promise<NotebookRun> {
  const { terminal } = context
  const reporter = new ProgressReporter(terminal, context.json)
  let run = begun
  const stopListening = onInterrupt(() => {
    terminal.err(run.state === 'running' ? 'Interrupting the kernel… (Ctrl-C again stops it)' : 'Stopping…')
    line.client.call('notebooks.cancel', { id: run.id }).catch(() => null)
  })
  try {
    while (!isOver(run)) {
      try {
        run = await follow(line.client, run.id, (now) => reporter.report(now))
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'daemon_unreachable') throw error
        line.client = await connect(context)
      }
    }
    reporter.report(run)
    return run
  } finally {
    stopListening()
  }
}

/**
 * `a=1`, `b=text`: names and values as typed; papermill's rules decide the type later.
 * @throws Problem `parameter_invalid` for anything without a name and an equals sign
 */
export function parseAssignments(words: readonly string[]): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const word of words) {
    const at = word.indexOf('=')
    if (at < 1) {
      throw new Problem('parameter_invalid', `"${word}" is not a parameter`, {
        hint: 'Write it as name=value.',
      })
    }
    parameters[word.slice(0, at)] = word.slice(at + 1)
  }
  return parameters
}

function follow(client: Client, id: string, report: (run: NotebookRun) => void): Promise<NotebookRun> {
  return new Promise((resolve, reject) => {
    const stop = client.onChange('notebooks.changed', () => {
      client.call('notebooks.get', { id }).then((run) => {
        report(run)
        if (!isOver(run)) return
        stop()
        resolve(run)
      }, reject)
    })
    client.onClose((why) => reject(new Problem('daemon_unreachable', why)))
  })
}

function isOver(run: NotebookRun): boolean {
  return run.endedAtMs !== null
}

/** Says each cell once, when it is done, and keeps a line about the one that runs. */
class ProgressReporter {
  readonly #terminal: Terminal
  readonly #quiet: boolean
  #said = new Set<number>()
  #timer: NodeJS.Timeout | null = null

  constructor(terminal: Terminal, quiet: boolean) {
    this.#terminal = terminal
    this.#quiet = quiet
  }

  report(run: NotebookRun): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    if (this.#quiet) return
    for (const [at, cell] of run.cells.entries()) {
      if ((cell.state !== 'done' && cell.state !== 'failed') || this.#said.has(at)) continue
      this.#said.add(at)
      const mark =
        cell.state === 'done' ? this.#terminal.style('green', '✓') : this.#terminal.style('red', '✗')
      this.#terminal.err(
        `${mark} ${this.#place(run, at)} ${formatDuration(cell.wallMs ?? 0).padStart(8)}  ${cell.title}`,
      )
    }
    if (isOver(run)) return this.#terminal.progress('')
    const at = run.cells.findIndex((cell) => cell.state === 'running')
    const show = (): void => this.#terminal.progress(this.#running(run, at, run.cells[at]))
    show()
    this.#timer = setInterval(show, 500)
    this.#timer.unref()
  }

  #running(run: NotebookRun, at: number, cell: CellProgress | undefined): string {
    if (cell === undefined) return 'Starting the kernel…'
    return `… ${this.#place(run, at)} ${formatDuration(Date.now() - (cell.startedAtMs ?? Date.now())).padStart(8)}  ${cell.title}`
  }

  #place(run: NotebookRun, at: number): string {
    const total = String(run.cells.length)
    return `[${String(at + 1).padStart(total.length)}/${total}]`
  }
}

function summary(terminal: Terminal, run: NotebookRun, tracked: RunDetail | null): string {
  const took = formatDuration((run.endedAtMs ?? Date.now()) - run.createdAtMs)
  const lines: string[] = []
  if (run.failure !== null) {
    lines.push(...run.failure.traceback)
    const where = run.failure.cell === null ? '' : ` in cell ${run.failure.cell + 1}`
    lines.push(terminal.style('red', `Failed${where}: ${run.failure.name}: ${run.failure.message}`))
  }
  const headline = Object.entries(tracked?.metrics ?? {})
    .filter(([key]) => !isBesideMetric(key))
    .slice(0, 4)
    .map(([key, value]) => `${key} ${formatNumber(value)}`)
  const name = tracked === null ? run.path : `${tracked.name} (run ${tracked.id.slice(0, 8)})`
  lines.push([terminal.style('bold', name), run.state, took, ...headline].join(' · '))
  if (run.output !== null) lines.push(`Executed notebook: ${run.output}`)
  return lines.join('\n')
}

function onInterrupt(react: () => void): () => void {
  process.on('SIGINT', react)
  return () => process.off('SIGINT', react)
}
