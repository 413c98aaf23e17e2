import { ulid } from '../../base/id.ts'
import { seedRandom } from '../../base/random.ts'
import type { ToldAttempt, TrialOrder } from '../../compute/host_message.ts'
import type { NotebookDocument } from '../../notebook/document.ts'
import { readParameters } from '../../notebook/parameters.ts'
import {
  saveAttempt,
  saveTrial,
  type AttemptRecord,
  type StudyRecord,
  type TrialRecord,
} from './study_record.ts'
import { assignments, pointValues, suggestedNames, type StudySearch } from './study_search.ts'
import type { StudyParts } from './study_parts.ts'
import type { TrialLine } from './trial_line.ts'
import { createTrialRun, grantTrial, trialTags } from './trial_run.ts'

/** What launching a trial needs of its study. */
export interface LaunchingStudy {
  readonly record: StudyRecord
  readonly document: NotebookDocument
  readonly search: StudySearch
  readonly seedParameter: string | null
  readonly line: TrialLine
  outputsOf(attempt: string): string
  attemptEnded(id: string, told: ToldAttempt): void
}

/**
 * Begins an attempt at a trial: takes a place, makes its run and says how it is run. Null if there is
 * no place now. `order` is null for a trial that was begun on a kernel.
 */
export function launchTrial(parts: StudyParts, study: LaunchingStudy, trial: TrialRecord): Launched | null {
  // One commit for all that this writes.
  return parts.store.transaction(() => begin(parts, study, trial))
}

interface Launched {
  order: TrialOrder | null
}

function begin(parts: StudyParts, study: LaunchingStudy, trial: TrialRecord): Launched | null {
  const { record } = study
  const { progress, settings } = record
  const place = study.line.place()
  if (place === null) return null
  trial.gpu = place.device
  const asked = suggestedNames(study.document)
  const given = Object.fromEntries(Object.entries(trial.point).filter(([name]) => !asked.has(name)))
  const values = { ...pointValues(study.search.search.space, given), ...reseeded(study, trial) }
  if (progress.mode === 'kernel') {
    const attempt = beginAttempt(parts, study, trial, { capabilityId: '', lease: place.lease })
    const begun = parts.startNotebook({
      path: `${parts.paths.root}/${record.notebook}`,
      parameters: { ...settings.parameters, ...trial.point, ...reseeded(study, trial) },
      kernel: settings.kernel,
      name: `trial ${trial.number}`,
      tags: { ...trialTags(record, trial), [attemptTag]: attempt.id },
    })
    begun.then(
      ({ runId }) => {
        trial.runId = runId
        saveTrial(parts.store, record.id, trial)
      },
      (error: unknown) => study.attemptEnded(attempt.id, notBegun(attempt.id, error)),
    )
    return { order: null }
  }
  const runParts = parts.runParts(record)
  const runId = createTrialRun(runParts, record, trial)
  trial.runId = runId
  const capability = grantTrial(runParts, { runId, notebook: record.notebook, host: place.host })
  const attempt = beginAttempt(parts, study, trial, { capabilityId: capability.id, lease: place.lease })
  const env = parts.environment(capability)
  env['DAYBOOK_ATTEMPT'] = attempt.id
  env['DAYBOOK_OBJECTIVE'] = settings.objectives[0]?.metric ?? 'objective'
  if (settings.deterministic) env['DAYBOOK_DETERMINISTIC'] = '1'
  Object.assign(env, place.env)
  const order: TrialOrder = {
    attempt: attempt.id,
    point: trial.point,
    source: assignments(study.document, values),
    outputs: study.outputsOf(attempt.id),
    seed: trialSeed(progress.seed, trial.number),
    threads: Math.max(1, Math.floor(progress.cores)),
    env,
  }
  return { order }
}

/** Tag of a notebook run that is an attempt at a trial. */
export const attemptTag = 'daybook.attempt'

function notBegun(attempt: string, error: unknown): ToldAttempt {
  const { message } = error as Error
  const result = { ok: false, cell: null, name: 'NotBegun', message, traceback: [] }
  return { attempt, outcome: 'failed', result }
}

/** The parameter that seeds a notebook; null if it has none. */
export function seedParameter(document: NotebookDocument): string | null {
  const names = ['seed', 'random_state', 'random_seed', 'rng_seed']
  const found = readParameters(document).find(({ name, value }) => {
    return names.includes(name.toLowerCase()) && typeof value === 'number'
  })
  return found?.name ?? null
}

/** A repeat is measured with another seed than all others. */
function reseeded({ record, seedParameter }: LaunchingStudy, trial: TrialRecord): Record<string, number> {
  if (trial.role !== 'repeat' || seedParameter === null) return {}
  return { [seedParameter]: trialSeed(record.progress.seed, trial.number) % 100_000 }
}

/** What a trial's sources of randomness are seeded with: the same for the same study seed and number. */
function trialSeed(seed: number, number: number): number {
  return seedRandom(seed)
    .fork('trial')
    .fork(number)
    .below(2 ** 31)
}

function beginAttempt(
  { store, clock }: StudyParts,
  { record }: LaunchingStudy,
  trial: TrialRecord,
  given: Pick<AttemptRecord, 'capabilityId' | 'lease'>,
): AttemptRecord {
  const attempt: AttemptRecord = {
    ...{ number: trial.number, state: 'queued', outcome: null, pid: null, startTime: null },
    ...given,
    id: ulid(clock.nowMs()),
  }
  trial.attempts.push(attempt)
  Object.assign(trial, { state: 'running', startedMs: clock.nowMs() })
  store.transaction(() => {
    saveTrial(store, record.id, trial)
    saveAttempt(store, record.id, attempt)
  })
  return attempt
}
