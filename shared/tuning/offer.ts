import type { Parameter, Value } from './space.ts'

/** A range offered for a parameter, to be changed by the person who knows better. */
export interface Offer {
  readonly parameter: Parameter
  /** Why this range, in a sentence. */
  readonly says: string
}

/**
 * A sensible range for a parameter, from its name where the name is a usual one, else from its present value; null
 * where neither tells anything (a file name, a seed).
 */
export function offerRange(name: string, value: Value): Offer | null {
  const plain = name.toLowerCase()
  if (typeof value === 'boolean') return { parameter: choice(name, [false, true]), says: 'on or off' }
  const words = plain.split(/[._]+/)
  if (notTuned.some((word) => words.includes(word))) return null
  if (typeof value === 'string') return fromWord(name, plain, value)
  if (typeof value !== 'number' || !isUsual(value)) return null
  const usual = usualRanges.find(({ names, accepts }) => names.test(plain) && accepts(value))
  if (usual !== undefined) {
    const parameter = widen(usual.range(name), value)
    return { parameter, says: `the usual range of ${usual.says}` }
  }
  return fromNumber(name, value)
}

const notTuned = [
  'seed',
  'state',
  'random_state',
  'path',
  'file',
  'url',
  'jobs',
  'workers',
  'verbose',
  'version',
  'port',
]

interface UsualRange {
  names: RegExp
  accepts: (value: number) => boolean
  says: string
  range: (name: string) => Numeric
}

type Numeric = Exclude<Parameter, { kind: 'choice' }>

const any = (): boolean => true
const share = (value: number): boolean => value >= 0 && value <= 1

/** What packages' guides and published benchmarks search; the first that fits counts. */
const usualRanges: readonly UsualRange[] = [
  {
    names: /(^|_)(lr|eta|learning_?rate(_init)?|step_size)$/,
    accepts: (v) => v > 0,
    says: 'a learning rate',
    range: (n) => log(n, 1e-4, 0.3),
  },
  { names: /dropout/, accepts: share, says: 'dropout', range: (n) => float(n, 0, 0.6) },
  {
    names: /(^|_)(subsample|bagging_fraction|colsample\w*|feature_fraction|max_samples)$/,
    accepts: share,
    says: 'a share of rows or columns',
    range: (n) => float(n, 0.4, 1),
  },
  { names: /momentum|(^|_)beta_?1$/, accepts: share, says: 'momentum', range: (n) => float(n, 0.5, 0.99) },
  {
    names: /weight_?decay|(^|_)(alpha|l1|l2|lambda|reg\w*|l2_regularization)$/,
    accepts: (v) => v >= 0,
    says: 'a penalty',
    range: (n) => log(n, 1e-6, 1),
  },
  {
    names: /^c$/,
    accepts: (v) => v > 0,
    says: "a support vector machine's C",
    range: (n) => log(n, 1e-3, 1e3),
  },
  { names: /gamma$/, accepts: (v) => v > 0, says: "a kernel's gamma", range: (n) => log(n, 1e-4, 10) },
  {
    names: /max_?depth|(^|_)depth$/,
    accepts: Number.isInteger,
    says: "a tree's depth",
    range: (n) => int(n, 2, 12),
  },
  {
    names: /num_leaves|max_leaf_nodes/,
    accepts: Number.isInteger,
    says: 'leaves',
    range: (n) => logInt(n, 7, 255),
  },
  {
    names: /min_(samples|child|data)\w*leaf|min_child_weight|min_samples_split/,
    accepts: (v) => v >= 1 && Number.isInteger(v),
    says: 'the rows that a leaf needs',
    range: (n) => logInt(n, 1, 64),
  },
  {
    names: /n_estimators|num_boost|nrounds|max_iter|n_trees|num_trees/,
    accepts: Number.isInteger,
    says: 'trees or rounds',
    range: (n) => logInt(n, 50, 1000),
  },
  { names: /batch_?size/, accepts: Number.isInteger, says: 'a batch', range: (n) => logInt(n, 16, 256) },
  {
    names: /hidden|units|width|channels|embed|(^|_)dim$/,
    accepts: Number.isInteger,
    says: 'units in a layer',
    range: (n) => logInt(n, 16, 512),
  },
  { names: /layers/, accepts: Number.isInteger, says: 'layers', range: (n) => int(n, 1, 5) },
  { names: /n_neighbors|^k$/, accepts: Number.isInteger, says: 'neighbours', range: (n) => logInt(n, 1, 50) },
  { names: /epochs/, accepts: Number.isInteger, says: 'epochs', range: (n) => logInt(n, 5, 100) },
  { names: /temperature/, accepts: any, says: 'a temperature', range: (n) => float(n, 0, 2) },
]

const wordLists: readonly { names: RegExp; choices: readonly string[] }[] = [
  { names: /kernel$/, choices: ['linear', 'poly', 'rbf', 'sigmoid'] },
  { names: /activation$/, choices: ['relu', 'tanh', 'logistic'] },
  { names: /optimi[sz]er$/, choices: ['sgd', 'adam', 'adamw'] },
  { names: /criterion$/, choices: ['gini', 'entropy', 'log_loss'] },
  { names: /booster$/, choices: ['gbtree', 'dart'] },
  { names: /weights$/, choices: ['uniform', 'distance'] },
  { names: /penalty$/, choices: ['l1', 'l2'] },
]

function fromWord(name: string, plain: string, value: string): Offer | null {
  const list = wordLists.find(({ names, choices }) => names.test(plain) && choices.includes(value))
  if (list === undefined) return null
  return { parameter: choice(name, list.choices), says: 'what libraries offer; remove what does not fit' }
}

function fromNumber(name: string, value: number): Offer | null {
  if (Number.isInteger(value)) {
    if (value < 1) return null
    const [low, high] = [Math.max(1, Math.floor(value / 4)), value * 4]
    return { parameter: value >= 16 ? logInt(name, low, high) : int(name, low, high), says: around(value) }
  }
  if (value > 0.2 && value < 1) return { parameter: float(name, 0, 1), says: 'a share, as its value looks' }
  if (value > 0) {
    return {
      parameter: log(name, tidy(value / 10), tidy(value * 10)),
      says: `ten times less to ten times more than ${value}`,
    }
  }
  return { parameter: float(name, tidy(value * 2), tidy(-value * 2)), says: around(value) }
}

/** Numbers beyond are no settings that a person chose. */
function isUsual(value: number): boolean {
  return value === 0 || (Math.abs(value) > 1e-12 && Math.abs(value) < 1e12)
}

function around(value: number): string {
  return `around the present value, ${value}`
}

function tidy(value: number): number {
  return Number(value.toPrecision(2))
}

/** The present value belongs into what is searched. */
function widen(parameter: Numeric, value: number): Numeric {
  if (value >= parameter.low && value <= parameter.high) return parameter
  if (parameter.log && value <= 0) return parameter
  return { ...parameter, low: Math.min(parameter.low, value), high: Math.max(parameter.high, value) }
}

function float(name: string, low: number, high: number): Numeric {
  return { kind: 'float', name, low, high, log: false, step: null, when: [] }
}

function log(name: string, low: number, high: number): Numeric {
  return { kind: 'float', name, low, high, log: true, step: null, when: [] }
}

function int(name: string, low: number, high: number): Numeric {
  return { kind: 'int', name, low, high, log: false, step: 1, when: [] }
}

function logInt(name: string, low: number, high: number): Numeric {
  return { kind: 'int', name, low, high, log: true, step: 1, when: [] }
}

function choice(name: string, choices: readonly Value[]): Parameter {
  return { kind: 'choice', name, choices, ordered: false, when: [] }
}
