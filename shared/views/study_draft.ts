import type { ParamsOf, ResultOf } from '../api/contract.ts'

/** Samplers and pruners that the form offers; the command line knows the same. */
export const samplers = ['auto', 'tpe', 'gp', 'forest', 'random', 'sobol', 'grid', 'nsga2'] as const
/** See above. */
export const pruners = ['auto', 'none', 'median', 'percentile', 'asha', 'hyperband', 'wilcoxon'] as const

/** What stands in the form. Numbers are texts: an empty one is no limit, or the default. */
export interface Draft {
  rows: { name: string; text: string; searched: boolean; range: string }[]
  objectives: { metric: string; mode: 'min' | 'max' }[]
  trials: string
  minutes: string
  parallel: string
  repeats: string
  seed: string
  sampler: string
  pruner: string
  stopOnPlateau: boolean
  deterministic: boolean
  /** Addresses, with spaces between; empty: this machine. */
  on: string
  /** What the study file says beside: it is kept as it is. */
  others: Partial<Settings>
}

type Settings = ParamsOf<'studies.start'>['settings']

/** How the form is filled at first: from the study file if there is one, else with what is offered. */
export function firstDraft({ parameters, metrics, saved }: ResultOf<'studies.offer'>): Draft {
  const space = saved?.space ?? {}
  const known = Object.keys(space).length > 0
  const named = parameters.map(({ name, text, range }) => {
    const own = space[name]
    const searched = known ? own !== undefined : range !== null
    return { name, text, searched, range: own === undefined ? (range ?? '') : rangeText(own) }
  })
  const beside = Object.entries(space)
    .filter(([name]) => !parameters.some((one) => one.name === name))
    .map(([name, range]) => ({ name, text: '', searched: true, range: rangeText(range) }))
  const likely =
    metrics.find(({ name, mode }) => mode !== null && /val|test|cv/i.test(name)) ??
    metrics.find(({ mode }) => mode !== null)
  const text = (value: number | null | undefined, usual: string): string =>
    value === undefined ? usual : value === null ? '' : String(value)
  return {
    rows: [...named, ...beside],
    objectives: saved?.objectives ?? [{ metric: likely?.name ?? '', mode: likely?.mode ?? 'max' }],
    trials: text(saved?.trials, '50'),
    minutes: saved?.timeoutS == null ? '' : String(saved.timeoutS / 60),
    parallel: text(saved?.parallel, ''),
    repeats: text(saved?.repeats, '3'),
    seed: text(saved?.seed, '0'),
    sampler: saved?.sampler ?? 'auto',
    pruner: saved?.pruner ?? 'auto',
    stopOnPlateau: saved?.stopOnPlateau ?? false,
    deterministic: saved?.deterministic ?? false,
    on: (saved?.on ?? []).join(' '),
    others: { ...saved },
  }
}

/** The settings of a study as the form says them. */
export function settingsOf(draft: Draft): Settings {
  const number = (text: string): number | null => (text.trim() === '' ? null : Number(text))
  const minutes = number(draft.minutes)
  const searched = draft.rows.filter((row) => row.searched)
  const before = draft.others.space ?? {}
  return {
    ...draft.others,
    space: Object.fromEntries(
      searched.map(({ name, range }) => {
        const own = before[name]
        // What the file says in a form of its own (a branch, a list) stays so unless it was changed here.
        return [name, own !== undefined && rangeText(own) === range ? own : asRange(range)]
      }),
    ),
    objectives: draft.objectives.filter(({ metric }) => metric.trim() !== ''),
    trials: number(draft.trials),
    timeoutS: minutes === null ? null : minutes * 60,
    parallel: number(draft.parallel),
    repeats: number(draft.repeats) ?? 0,
    seed: number(draft.seed),
    sampler: draft.sampler,
    pruner: draft.pruner,
    stopOnPlateau: draft.stopOnPlateau,
    deterministic: draft.deterministic,
    on: draft.on.split(/\s+/).filter((word) => word !== ''),
  }
}

function rangeText(range: unknown): string {
  return typeof range === 'string' ? range : JSON.stringify(range)
}

/** A text as the daemon reads ranges, or an object that stands there as JSON. */
function asRange(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return text.trim()
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text.trim()
  }
}
