import { meaningClasses } from '../../shared/data/meaning_class.ts'
import { gramText, meaningFeatures } from '../../shared/data/meaning_features.ts'
import { predictClasses, type TreeEnsemble } from '../../shared/data/tree_ensemble.ts'
import { mulberry, trainTrees, usualBoosting, type Boosting } from './boosting.ts'
import type { LabelledColumn } from './sortinghat.ts'

/** A trained model of what columns mean. */
export interface TrainedMeaning {
  grams: string[]
  trees: TreeEnsemble
}

/** So many pieces of names the model may ask for. */
const mostGrams = 400

/** A piece of a name must occur in so many files, so that the model learns words and not files. */
const leastSources = 6

/** Trains on labelled columns; everything that is chosen by data, the pieces of names too, comes from these. */
export function trainMeaning(
  columns: readonly LabelledColumn[],
  how: Boosting = usualBoosting,
): TrainedMeaning {
  const grams = chooseGrams(columns)
  const known = [...columns, ...withoutStatistics(columns, how.seed)]
  const rows = known.map(({ facts }) => meaningFeatures(facts, grams))
  const features = rows[0]?.length ?? 0
  const table = {
    rows: rows.length,
    columns: Array.from({ length: features }, (_, feature) =>
      Float64Array.from(rows, (row) => row[feature] ?? NaN),
    ),
  }
  const labels = Uint8Array.from(known, ({ meaning }) => meaningClasses.indexOf(meaning))
  return { grams, trees: trainTrees(table, labels, meaningClasses.length, how) }
}

/** One column in twelve again with its name and samples only, so that the model has seen what not to know is. */
function withoutStatistics(columns: readonly LabelledColumn[], seed: number): LabelledColumn[] {
  const random = mulberry(seed + 1)
  return columns
    .filter(() => random() < 1 / 12)
    .map(({ facts, ...rest }) => ({
      ...rest,
      facts: { name: facts.name, samples: facts.samples, total: NaN, nulls: NaN, distinct: NaN },
    }))
}

/** The class that a model gives each column, as its number. */
export function predictMeanings(model: TrainedMeaning, columns: readonly LabelledColumn[]): Uint8Array {
  return Uint8Array.from(columns, ({ facts }) => {
    const probabilities = predictClasses(model.trees, meaningFeatures(facts, model.grams))
    return probabilities.indexOf(Math.max(...probabilities))
  })
}

/** The pieces of names, of two to four characters, that occur in the most files. */
function chooseGrams(columns: readonly LabelledColumn[]): string[] {
  const sources = new Map<string, Set<string>>()
  for (const { facts, source } of columns) {
    const text = gramText(facts.name)
    for (let length = 2; length <= 4; length++) {
      for (let at = 0; at + length <= text.length; at++) {
        const gram = text.slice(at, at + length)
        const found = sources.get(gram)
        if (found === undefined) sources.set(gram, new Set([source]))
        else found.add(source)
      }
    }
  }
  return [...sources]
    .filter(([, { size }]) => size >= leastSources)
    .sort(([a, { size: x }], [b, { size: y }]) => y - x || (a < b ? -1 : 1))
    .slice(0, mostGrams)
    .map(([gram]) => gram)
}

/**
 * Cross-validates: each column is judged by a model that was trained without its fold.
 * @param foldOf per column the number of its fold
 * @returns per column the number of the class that it was given
 */
export function crossValidate(
  columns: readonly LabelledColumn[],
  foldOf: ArrayLike<number>,
  tell: (line: string) => void,
): Uint8Array {
  const given = new Uint8Array(columns.length)
  for (const fold of new Set(Array.from(foldOf))) {
    const model = trainMeaning(columns.filter((_, at) => foldOf[at] !== fold))
    const held = columns.map((_, at) => at).filter((at) => foldOf[at] === fold)
    const classes = predictMeanings(
      model,
      held.map((at) => columns[at]!),
    )
    held.forEach((at, place) => (given[at] = classes[place]!))
    tell(
      `fold ${fold}: ${accuracy(
        held.map((at) => columns[at]!),
        classes,
      ).toFixed(4)}`,
    )
  }
  return given
}

/** Folds at random, each with about the same share of every class. */
export function randomFolds(columns: readonly LabelledColumn[], folds: number, seed: number): Uint8Array {
  const random = mulberry(seed)
  const foldOf = new Uint8Array(columns.length)
  for (const meaning of meaningClasses) {
    const places = columns.map((_, at) => at).filter((at) => columns[at]!.meaning === meaning)
    shuffle(places, random)
    places.forEach((at, place) => (foldOf[at] = place % folds))
  }
  return foldOf
}

/** Folds of whole groups, the largest group first into the smallest fold. */
export function groupFolds(groups: Int32Array, folds: number): Uint8Array {
  const sizes = new Map<number, number>()
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1)
  const filled = Array<number>(folds).fill(0)
  const foldOfGroup = new Map<number, number>()
  for (const [group, size] of [...sizes].sort(([a, x], [b, y]) => y - x || a - b)) {
    const fold = filled.indexOf(Math.min(...filled))
    foldOfGroup.set(group, fold)
    filled[fold] = filled[fold]! + size
  }
  return Uint8Array.from(groups, (group) => foldOfGroup.get(group)!)
}

function shuffle(places: number[], random: () => number): void {
  for (let at = places.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[places[at], places[other]] = [places[other]!, places[at]!]
  }
}

/** The share of columns that were given their class. */
export function accuracy(columns: readonly LabelledColumn[], given: Uint8Array): number {
  return columns.filter(({ meaning }, at) => meaningClasses[given[at]!] === meaning).length / columns.length
}
