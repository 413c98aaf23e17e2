import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Client } from '../../api/client.ts'
import { studySettings, type StudyObjective, type StudySummary } from '../../api/study_methods.ts'
import { Problem } from '../../base/problem.ts'
import { guessDirection } from '../../runs/metric_direction.ts'
import { formatSpaceObject } from '../../tuning/space_object.ts'
import { parseSpaceText } from '../../tuning/space_text.ts'
import { fillIn } from '../remote/on_address.ts'
import { readStudyFile, studyFileOf, writeStudyFile, type GivenSettings } from '../study/study_file.ts'
import { connect, type CommandContext } from './context.ts'
import { junitReport } from './junit.ts'
import { parseAssignments } from './run.ts'
import { failsIf, parseCondition } from './tune_condition.ts'
import { TuneReporter, tuneSummary } from './tune_report.ts'

/** Options of `daybook tune`. */
export interface TuneOptions {
  study?: string
  space?: string[]
  parameter?: string[]
  metric?: string[]
  mode?: string
  trials?: number
  parallel?: number
  sampler?: string
  pruner?: string
  seed?: string
  deterministic?: boolean
  timeout?: string
  cores?: string
  gpu?: string
  trialTimeout?: string
  trialMemory?: string
  retries?: string
  repeats?: string
  stopOnPlateau?: boolean
  price?: string
  on?: string[]
  workers?: string
  kernel?: string
  save?: boolean
  writeBest?: boolean
  junit?: string
  failIf?: string[]
}

/**
 * `daybook tune NOTEBOOK`: searches for better parameters, and follows the study to its end over as many daemons as
 * it takes. The first Ctrl-C begins no more trials, the second one cancels those that run.
 * @returns 0 done, 1 the study failed, or the condition of --fail-if holds, 130 interrupted
 */
export async function tuneCommand(
  context: CommandContext,
  notebook: string | undefined,
  options: TuneOptions,
): Promise<number> {
  const { terminal } = context
  const conditions = (options.failIf ?? []).map(parseCondition)
  const { path, settings, file } = chooseSettings(notebook, options)
  if (file !== null) terminal.err(terminal.style('dim', `As ${file} says.`))
  const line = { client: await connect(context) }
  try {
    if (options.save === true) {
      writeStudyFile(studyFileOf(path), path, settings)
      terminal.err(`Wrote ${studyFileOf(path)}`)
    }
    const on = (settings.on ?? []).map((word) => fillIn(word, process.env))
    const begun = await line.client.call('studies.start', { notebook: path, settings: { ...settings, on } })
    const { study, interrupted } = await follow(context, line, begun)
    const written =
      options.writeBest === true && study.best !== null
        ? await line.client.call('studies.writeBest', { id: study.id })
        : null
    const trials = await allTrials(line.client, study)
    if (options.junit !== undefined)
      writeFileSync(resolve(options.junit), junitReport(study, trials, conditions))
    if (context.json) terminal.out(JSON.stringify({ ...study, allTrials: trials, written }, null, 2))
    else terminal.out(tuneSummary(terminal, study, { written, notebook: path }))
    const broken = conditions.filter((condition) => failsIf(condition, study))
    for (const { text } of broken) terminal.err(terminal.style('red', `Fails, as ${text}`))
    if (interrupted) return 130
    return study.state !== 'finished' || study.best === null || broken.length > 0 ? 1 : 0
  } finally {
    line.client.close()
  }
}

/** What to do: the study file if there is one, and over it what the command line says. */
function chooseSettings(
  notebook: string | undefined,
  options: TuneOptions,
): { path: string; settings: GivenSettings; file: string | null } {
  const beside = notebook === undefined ? null : studyFileOf(resolve(notebook))
  const file =
    options.study !== undefined
      ? resolve(options.study)
      : beside !== null && existsSync(beside)
        ? beside
        : null
  const read = file === null ? null : readStudyFile(file)
  const path = notebook === undefined ? (read?.notebook ?? null) : resolve(notebook)
  if (path === null) {
    throw new Problem('bad_request', 'Which notebook is to be tuned?', {
      hint: 'daybook tune NOTEBOOK --metric NAME, or --study FILE with "notebook:" in it.',
    })
  }
  const given: Record<string, unknown> = { ...read?.settings }
  if (options.space !== undefined) {
    const space = parseSpaceText(options.space)
    given['space'] = conditional(options.space) ?? formatSpaceObject(space)
    given['constraints'] = space.constraints.map(({ text }) => text)
  }
  if (options.parameter !== undefined) given['parameters'] = parseAssignments(options.parameter)
  if (options.metric !== undefined) given['objectives'] = objectives(options.metric, options.mode)
  for (const [key, value] of Object.entries({
    trials: options.trials,
    parallel: options.parallel,
    sampler: options.sampler,
    pruner: options.pruner,
    deterministic: options.deterministic,
    on: options.on,
    mode: options.workers,
    kernel: options.kernel,
    seed: number(options.seed, '--seed'),
    timeoutS: duration(options.timeout, '--timeout'),
    trialTimeoutS: duration(options.trialTimeout, '--trial-timeout'),
    trialMemoryMb: number(options.trialMemory, '--trial-memory'),
    cores: number(options.cores, '--cores'),
    gpu: number(options.gpu, '--gpu'),
    retries: number(options.retries, '--retries'),
    repeats: number(options.repeats, '--repeats'),
    stopOnPlateau: options.stopOnPlateau,
    pricePerHour: number(options.price, '--price'),
  })) {
    if (value !== undefined) given[key] = value
  }
  if (given['objectives'] === undefined) {
    throw new Problem('bad_request', 'Which metric is to be better?', {
      hint: 'Add --metric NAME --mode max (or min), with a metric that the notebook logs.',
    })
  }
  const parsed = studySettings.safeParse(given)
  if (parsed.success) return { path, settings: given as GivenSettings, file }
  const issue = parsed.error.issues[0]
  throw new Problem(
    'bad_request',
    `Cannot tune with this ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  )
}

/** A space with branches is kept as an object: texts have no place for them. */
function conditional(lines: readonly string[]): Record<string, unknown> | null {
  const space = parseSpaceText(lines)
  if (space.parameters.every(({ when }) => when.length === 0)) return null
  const texts = formatSpaceObject(space)
  return Object.fromEntries(
    space.parameters.map((parameter): [string, unknown] => {
      if (parameter.when.length === 0) return [parameter.name, texts[parameter.name]]
      const branch = Object.fromEntries(parameter.when.map(({ parameter: name, among }) => [name, among]))
      if (parameter.kind === 'choice') {
        return [parameter.name, { [parameter.ordered ? 'ordered' : 'choice']: parameter.choices, if: branch }]
      }
      const kind =
        parameter.kind === 'int' ? (parameter.log ? 'logint' : 'int') : parameter.log ? 'log' : 'float'
      const range: Record<string, unknown> = { [kind]: [parameter.low, parameter.high], if: branch }
      if (parameter.step !== null && !(parameter.kind === 'int' && parameter.step === 1))
        range['step'] = parameter.step
      return [parameter.name, range]
    }),
  )
}

/** `accuracy`, `accuracy:max`: without a mode, the name tells. */
function objectives(metrics: readonly string[], mode: string | undefined): StudyObjective[] {
  return metrics.map((word) => {
    const [, metric = word, own] = /^(.*):(min|max)$/.exec(word) ?? []
    const guessed = { lower: 'min', higher: 'max' }[guessDirection(metric) ?? 'lower']
    const chosen = own ?? mode ?? (guessDirection(metric) === null ? undefined : guessed)
    if (chosen === 'min' || chosen === 'max') return { metric, mode: chosen }
    throw new Problem('bad_request', `Is more or less of "${metric}" better?`, {
      hint: 'Add --mode max or --mode min.',
    })
  })
}

function number(word: string | undefined, option: string): number | undefined {
  if (word === undefined) return undefined
  const value = Number(word)
  if (Number.isFinite(value) && value >= 0 && word.trim() !== '') return value
  throw new Problem('bad_request', `${option} needs a number, not "${word}"`)
}

/** `90`, `90s`, `15m`, `2h` in seconds. */
function duration(word: string | undefined, option: string): number | undefined {
  if (word === undefined) return undefined
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h)?$/.exec(word) ?? []
  const seconds = { s: 1, m: 60, min: 60, h: 3600 }[unit] ?? 1
  if (digits !== undefined && Number(digits) > 0) return Number(digits) * seconds
  throw new Problem('bad_request', `${option} needs a time such as 90s, 15m or 2h, not "${word}"`)
}

async function follow(
  context: CommandContext,
  line: { client: Client },
  begun: StudySummary,
): Promise<{ study: StudySummary; interrupted: boolean }> {
  const { terminal } = context
  const reporter = new TuneReporter(terminal, context.json)
  let study = begun
  // Who is told nothing before the end need not ask at each news: that would take time from the trials.
  const pauseMs = (): number => (context.json ? Math.min(1000, (Date.now() - study.createdAtMs) / 20) : 0)
  let interrupts = 0
  const interrupt = (): void => {
    interrupts++
    const to = interrupts === 1 ? 'stop' : 'cancel'
    terminal.err(
      to === 'stop'
        ? 'No more trials; waiting for those that run… (Ctrl-C again cancels them)'
        : 'Cancelling…',
    )
    line.client.call('studies.change', { id: study.id, to }).catch(() => null)
  }
  process.on('SIGINT', interrupt)
  try {
    while (study.endedAtMs === null) {
      try {
        study = await followUntilLost(line.client, study.id, async (now) => {
          await reporter.report(line.client, now)
          if (now.endedAtMs === null) await new Promise((resolve) => setTimeout(resolve, pauseMs()))
        })
      } catch (error) {
        if (!isUnreachable(error)) throw error
        line.client = await connectAgain(context)
      }
    }
    await reporter.report(line.client, study)
    return { study, interrupted: interrupts > 0 }
  } finally {
    reporter.close()
    process.off('SIGINT', interrupt)
  }
}

/** The next daemon may die just when it is connected to. */
async function connectAgain(context: CommandContext): Promise<Client> {
  for (let tries = 1; ; tries++) {
    try {
      return await connect(context)
    } catch (error) {
      if (!isUnreachable(error) || tries === 5) throw error
      await new Promise((resolve) => setTimeout(resolve, 200 * tries))
    }
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof Problem && error.code === 'daemon_unreachable'
}

function followUntilLost(
  client: Client,
  id: string,
  report: (study: StudySummary) => Promise<void>,
): Promise<StudySummary> {
  return new Promise((resolve, reject) => {
    let asking = false
    let again = false
    const look = (): void => {
      if (asking) {
        again = true
        return
      }
      asking = true
      client
        .call('studies.get', { id })
        .then(async (study) => {
          await report(study)
          asking = false
          if (study.endedAtMs !== null) {
            stop()
            resolve(study)
          } else if (again) {
            again = false
            look()
          }
        })
        .catch(reject)
    }
    const stop = client.onChange('studies.changed', look)
    client.onClose((why) => reject(new Problem('daemon_unreachable', why)))
  })
}

async function allTrials(
  client: Client,
  { id }: StudySummary,
): Promise<Awaited<ReturnType<typeof page>>['trials']> {
  const trials = []
  for (let offset = 0; ; offset += 10_000) {
    const { trials: some, total } = await page(client, id, offset)
    trials.push(...some)
    if (trials.length >= total || some.length === 0) return trials
  }
}

function page(client: Client, id: string, offset: number) {
  return client.call('studies.trials', { id, offset, limit: 10_000 })
}
