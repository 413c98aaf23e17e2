import type { StudySettings } from '../../api/study_methods.ts'
import { Problem } from '../../base/problem.ts'
import { seedRandom } from '../../base/random.ts'
import { notebookLanguage, type NotebookDocument } from '../../notebook/document.ts'
import { parameterLanguage, WrittenNumber, type ParameterValue } from '../../notebook/literal.ts'
import { readParameters } from '../../notebook/parameters.ts'
import { canAskSettled, historyOf, settledHistory, settledRivals } from '../../tuning/history.ts'
import { offerRange, type Offer } from '../../tuning/offer.ts'
import { outlook, type Outlook } from '../../tuning/plateau.ts'
import { propose } from '../../tuning/propose.ts'
import { prunerNames, type PruneDecision, type PrunerName } from '../../tuning/pruner.ts'
import { choosePruner } from '../../tuning/pruner_choice.ts'
import { samplerNames, type Proposal, type SamplerName } from '../../tuning/sampler.ts'
import { chooseSampler } from '../../tuning/sampler_choice.ts'
import { contains, makeSpace, type Point, type Space, type Value } from '../../tuning/space.ts'
import { parseSpaceObject } from '../../tuning/space_object.ts'
import type { Study as Search, Trial } from '../../tuning/trial.ts'
import { readSuggestions } from './suggestions.ts'

/** What a study searches and by which means. */
export interface StudySearch {
  readonly search: Search
  readonly seed: number
  readonly deterministic: boolean
  readonly sampler: SamplerName
  readonly pruner: PrunerName
}

/**
 * Puts the pure parts of a study together.
 * @throws Problem `parameter_invalid` for a range, a sampler or a pruner that is none
 */
export function openSearch(
  settings: StudySettings,
  { space, parallel, seed }: { space: Space; parallel: number; seed: number },
): StudySearch {
  return {
    search: {
      space,
      directions: settings.objectives.map(({ mode }) => (mode === 'min' ? 'minimize' : 'maximize')),
      trials: settings.trials,
      parallel,
      lastStep: null,
    },
    seed,
    deterministic: settings.deterministic,
    sampler: named(samplerNames, settings.sampler, 'sampler'),
    pruner: named(prunerNames, settings.pruner, 'pruner'),
  }
}

/**
 * The space of a study: as its settings give it, else every parameter of the notebook for which a range is offered.
 * @throws Problem `parameter_invalid`
 */
export function spaceOf(document: NotebookDocument, settings: StudySettings): Space {
  if (Object.keys(settings.space).length > 0) return parseSpaceObject(settings.space, settings.constraints)
  const offered = readParameters(document).flatMap(({ name, value }) => {
    return name in settings.parameters ? [] : (offerFor(name, value)?.parameter ?? [])
  })
  const names = new Set(offered.map(({ name }) => name))
  for (const { parameter } of readSuggestions(document))
    if (!names.has(parameter.name)) offered.push(parameter)
  if (offered.length > 0) return makeSpace(offered)
  throw new Problem(
    'parameter_invalid',
    `Nothing to search was given, and ${document.where} offers nothing`,
    {
      hint: 'Give ranges, for example --space \'lr=log(1e-4,1e-1)\', or put parameters into a cell tagged "parameters".',
    },
  )
}

/** The range that is offered for a parameter; one that is written as a real number (1.0) gets a real range. */
export function offerFor(name: string, value: ParameterValue | undefined): Offer | null {
  const plain = toPlain(value)
  const offer = plain === undefined ? null : offerRange(name, plain)
  if (offer?.parameter.kind !== 'int' || !(value instanceof WrittenNumber)) return offer
  const { low, high, log, when } = offer.parameter
  return { ...offer, parameter: { kind: 'float', name, low, high, log, step: null, when } }
}

/** The notebook's own values of what is searched; null where one has to be computed or is not there. */
export function defaultPoint(document: NotebookDocument, space: Space): Point | null {
  const known = new Map(readParameters(document).map(({ name, value }) => [name, toPlain(value)]))
  for (const { parameter, hasDefault, default: own } of readSuggestions(document)) {
    if (hasDefault && !known.has(parameter.name)) known.set(parameter.name, own)
  }
  const point: Record<string, Value> = {}
  for (const { name, when } of space.parameters) {
    const value = known.get(name)
    if (value === undefined) return null
    const active = when.every(
      ({ parameter, among }) => parameter in point && among.includes(point[parameter] ?? null),
    )
    if (active) point[name] = value
  }
  return point
}

/** Whether a point may take part in the search. */
export function isInside(space: Space, point: Point): boolean {
  return contains(space, point)
}

/**
 * Python code, R or Julia, that sets a trial's values; a real parameter stays one where its value is whole.
 * @throws Problem `parameter_invalid` for a name that cannot be a variable
 */
export function assignments(
  document: NotebookDocument,
  values: Readonly<Record<string, ParameterValue>>,
): string {
  const language = parameterLanguage(notebookLanguage(document) ?? 'python')
  const sign = language.name === 'r' ? '<-' : '='
  return Object.entries(values)
    .map(([name, value]) => {
      if (!language.isName(name)) {
        throw new Problem('parameter_invalid', `"${name}" cannot be a variable in ${language.name}`, {
          hint: 'Search over variables of the notebook.',
        })
      }
      return `${name} ${sign} ${language.literal(value)}\n`
    })
    .join('')
}

/** Names that cells ask for instead of having them set: no code sets these. */
export function suggestedNames(document: NotebookDocument): ReadonlySet<string> {
  const known = suggested.get(document)
  if (known !== undefined) return known
  const set = new Set(readParameters(document).map(({ name }) => name))
  const asked = readSuggestions(document).map(({ parameter }) => parameter.name)
  const names = new Set(asked.filter((name) => !set.has(name)))
  suggested.set(document, names)
  return names
}

/** A document does not change: what its cells ask for is read once. */
const suggested = new WeakMap<NotebookDocument, ReadonlySet<string>>()

/** A point as values that are written into code: 1.0 where a real parameter is 1. */
export function pointValues(space: Space, point: Point): Record<string, ParameterValue> {
  return Object.fromEntries(
    Object.entries(point).map(([name, value]) => {
      const kind = space.parameters.find((parameter) => parameter.name === name)?.kind
      const isReal = kind === 'float' && typeof value === 'number' && Number.isInteger(value)
      return [name, isReal ? new WrittenNumber(value) : value]
    }),
  )
}

/** Whether the next trial can be asked for yet: a deterministic study waits for results that it must see. */
export function canAsk(
  { deterministic, search }: StudySearch,
  trials: readonly Trial[],
  number: number,
): boolean {
  return !deterministic || canAskSettled(trials, number, search.parallel)
}

/** The proposal for a trial, from what it may know. */
export function ask(
  study: StudySearch,
  trials: readonly Trial[],
  next: { number: number; saw: number },
): Proposal {
  const { search, deterministic, seed } = study
  const history = deterministic
    ? settledHistory(trials, next.number, search.parallel)
    : historyOf(trials, next)
  return propose(chooseSampler(study.sampler, search).sampler, search, history, { seed, number: next.number })
}

/** Whether more trials are worth it, from what the trial that would be next may know. */
export function lookAhead(
  study: StudySearch,
  trials: readonly Trial[],
  next: { number: number; saw: number },
): Outlook {
  const { search, deterministic, seed } = study
  const history = deterministic
    ? settledHistory(trials, next.number, search.parallel)
    : historyOf(trials, next)
  return outlook(search, history, seedRandom(seed).fork('outlook').fork(next.number))
}

/** Whether a trial that has just reported should end. */
export function judge(study: StudySearch, trials: readonly Trial[], trial: Trial): PruneDecision {
  const { search, deterministic } = study
  const rivals = deterministic
    ? settledRivals(trials, trial.number, search.parallel)
    : trials.filter(({ number }) => number !== trial.number)
  const lastStep = Math.max(...rivals.filter(({ state }) => state === 'complete').map(lastStepOf))
  // One that has come as far as any has nothing left that could be saved.
  if (lastStepOf(trial) >= lastStep) return { prune: false, says: 'it is through' }
  return choosePruner(study.pruner, search).pruner.decide(search, rivals, trial)
}

function lastStepOf({ reports }: Trial): number {
  return reports.at(-1)?.step ?? -Infinity
}

/** A parameter's value as searches know them; undefined for lists, dictionaries and what must be computed. */
export function toPlain(value: ParameterValue | undefined): Value | undefined {
  if (value instanceof WrittenNumber) return value.value
  if (value === null || ['number', 'string', 'boolean'].includes(typeof value)) return value as Value
  return undefined
}

function named<T extends string>(names: readonly T[], name: string, what: string): T {
  const found = names.find((one) => one === name.toLowerCase())
  if (found !== undefined) return found
  throw new Problem('parameter_invalid', `There is no ${what} "${name}"`, {
    hint: `One of: ${names.join(', ')}`,
  })
}
