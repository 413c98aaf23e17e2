import type { Client } from '../../api/client.ts'
import type { StudySummary, StudyTrial } from '../../api/study_methods.ts'
import { formatDuration, formatNumber } from '../../base/quantity.ts'
import type { Terminal } from './terminal.ts'

/** Says each trial once when it is over, and keeps a line about the whole. */
export class TuneReporter {
  readonly #terminal: Terminal
  readonly #quiet: boolean
  #said = new Set<number>()
  #notes = new Set<string>()
  #toldHow = ''
  #timer: NodeJS.Timeout | null = null

  constructor(terminal: Terminal, quiet: boolean) {
    this.#terminal = terminal
    this.#quiet = quiet
  }

  async report(client: Client, study: StudySummary): Promise<void> {
    if (this.#quiet) return
    this.#tellHow(study)
    for (const note of study.notes) {
      if (this.#notes.has(note)) continue
      this.#notes.add(note)
      this.#terminal.err(this.#terminal.style('yellow', `! ${note}`))
    }
    const over = study.trials.complete + study.trials.pruned + study.trials.failed + study.trials.cancelled
    if (over > this.#said.size) {
      const offset = Math.max(0, Math.min(...missing(this.#said)))
      const { trials } = await client.call('studies.trials', { id: study.id, offset, limit: 1000 })
      for (const trial of trials) this.#sayTrial(study, trial)
    }
    this.close()
    if (study.endedAtMs !== null) return this.#terminal.progress('')
    const show = (): void => this.#terminal.progress(progressLine(study))
    show()
    this.#timer = setInterval(show, 500)
    this.#timer.unref()
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #tellHow({ how, parallel }: StudySummary): void {
    if (how.mode === null) return
    const shared = how.sharedCells === null ? '' : `, ${how.sharedCells} cells run once`
    const took = how.sharedSeconds === null ? '' : ` (${formatDuration(how.sharedSeconds * 1000)})`
    const by = { fork: 'forked', prepared: 'in prepared processes', kernel: 'on kernels' }[how.mode]
    const why = how.why === null ? '' : `, as ${how.why}`
    const text = `${parallel} at a time on ${how.devices.join(', ')}; trials are ${by}${why}${shared}${took}`
    if (text === this.#toldHow) return
    this.#toldHow = text
    this.#terminal.err(this.#terminal.style('dim', text))
  }

  #sayTrial(study: StudySummary, trial: StudyTrial): void {
    if (trial.endedAtMs === null || this.#said.has(trial.number)) return
    this.#said.add(trial.number)
    const terminal = this.#terminal
    const isBest = study.best?.number === trial.number
    const took = formatDuration(trial.endedAtMs - (trial.startedAtMs ?? trial.endedAtMs)).padStart(8)
    const [style, sign] =
      marks[trial.state === 'complete' || trial.state === 'pruned' ? trial.state : 'failed']
    const mark = terminal.style(style, sign)
    const shown =
      trial.values.length > 0 ? trial.values.map(formatNumber).join('  ') : (trial.lastReport?.value ?? null)
    const value = typeof shown === 'number' ? `(${formatNumber(shown)})` : (shown ?? '')
    const said =
      trial.failure === null
        ? trial.state === 'complete'
          ? ''
          : (trial.says ?? trial.state)
        : failureText(trial)
    const best = isBest ? terminal.style('bold', ' ← best') : ''
    const again = trial.repeatOf === null ? '' : ` (again ${trial.repeatOf})`
    terminal.err(
      `${mark} ${String(trial.number).padStart(4)} ${took}  ${value.padEnd(10)} ${pointText(trial.point)}${again}${best}${said === '' ? '' : `  ${terminal.style('dim', said)}`}`,
    )
  }
}

const marks = { complete: ['green', '✓'], pruned: ['yellow', '◌'], failed: ['red', '✗'] } as const

/** What was found, in a few lines. */
export function tuneSummary(
  terminal: Terminal,
  study: StudySummary,
  {
    written,
    notebook,
  }: { written: { written: Record<string, string>; unchanged: string[] } | null; notebook: string },
): string {
  const { settings, best, gain, trials, importance } = study
  const [first] = settings.objectives
  const lines: string[] = ['']
  if (study.failure !== null) lines.push(terminal.style('red', study.failure))
  const took = formatDuration((study.endedAtMs ?? Date.now()) - study.createdAtMs)
  const counts = Object.entries(trials).filter(([, count]) => count > 0)
  const told = counts.map(([state, count]) => `${count} ${state}`).join(', ')
  lines.push(`${terminal.style('bold', study.name)} · ${study.state} · ${took} · ${told}`)
  if (best === null) return [...lines, 'No trial came to an end with a value.'].join('\n')
  const values = best.values.map(
    (value, at) => `${settings.objectives[at]?.metric ?? ''} ${formatNumber(value)}`,
  )
  lines.push(
    `Best: ${terminal.style('green', values.join(', '))} in trial ${best.number} (run ${best.runId?.slice(0, 8) ?? ''})`,
  )
  for (const [name, value] of Object.entries(best.point)) lines.push(`  ${name} = ${valueText(value)}`)
  if (gain !== null) lines.push(gainText(gain, first?.metric ?? ''))
  else lines.push("No trial with the notebook's own values is complete, so there is no gain to tell.")
  if (importance.length > 0) {
    const shares = importance.slice(0, 5).map(({ name, share }) => `${name} ${Math.round(share * 100)} %`)
    lines.push(`What matters most: ${shares.join(', ')}`)
  }
  if (study.plateau !== null && study.plateau.spent > 0) {
    lines.push(`Trials after nothing more was to be expected: ${study.plateau.spent} (${study.plateau.says})`)
  }
  const { hours, cost } = study.used
  if (cost !== null) lines.push(`${formatNumber(hours)} hours of trials, ${formatNumber(cost)} in money`)
  if (study.sinceBest > 0) lines.push(`Trials since the best was found: ${study.sinceBest}`)
  if (written !== null) {
    const texts = Object.entries(written.written).map(([name, text]) => `${name} = ${text}`)
    lines.push(`Written into ${notebook}: ${texts.join(', ') || 'nothing'}`)
    if (written.unchanged.length > 0) {
      lines.push(`Not found in its cell tagged "parameters": ${written.unchanged.join(', ')}`)
    }
  }
  return lines.join('\n')
}

function gainText(gain: NonNullable<StudySummary['gain']>, metric: string): string {
  const { interval } = gain
  const range =
    interval === null
      ? ''
      : ` (95 % interval ${formatNumber(interval.low)} to ${formatNumber(interval.high)})`
  const words = {
    real: 'a real gain',
    small: 'real, but small',
    noise: interval === null ? '' : 'the same within noise',
    unknown: '',
  }[gain.verdict]
  const verdict = words === '' ? '' : `: ${words}`
  if (gain.gain === 0 && interval === null) return `Over the notebook's own values: no gain; ${gain.says}`
  return `Over the notebook's own values: ${formatNumber(gain.gain)} ${metric}${range}${verdict}; ${gain.says}`
}

function progressLine(study: StudySummary): string {
  const { trials, settings, best } = study
  const over = trials.complete + trials.pruned + trials.failed + trials.cancelled
  const total = settings.trials === null ? '' : `/${settings.trials}`
  const elapsedMs = Date.now() - study.createdAtMs
  const left =
    settings.trials === null || over < 3
      ? ''
      : `, about ${formatDuration((elapsedMs / over) * (settings.trials - over))} left`
  const value = best?.values[0]
  const at = value === undefined ? '' : `, best ${formatNumber(value)}`
  const doing =
    study.how.mode === null && over === 0
      ? study.settings.on.length > 0
        ? 'starting workers, which then run the cells that all trials share'
        : 'running the cells that all trials share'
      : `${trials.running} running`
  return `… ${over}${total} trials, ${doing}${at}, ${formatDuration(elapsedMs)}${left}`
}

function failureText({ failure }: StudyTrial): string {
  if (failure === null) return ''
  const cell = failure.cell === null ? '' : ` in cell ${failure.cell + 1}`
  return `${failure.name}${cell}: ${failure.message}`.replace(/\s+/g, ' ').slice(0, 160)
}

function pointText(point: StudyTrial['point']): string {
  return Object.entries(point)
    .map(([name, value]) => `${name}=${typeof value === 'number' ? formatNumber(value) : String(value)}`)
    .join(' ')
}

function valueText(value: string | number | boolean | null): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

function missing(said: ReadonlySet<number>): number[] {
  let at = 0
  while (said.has(at)) at++
  return [at]
}
