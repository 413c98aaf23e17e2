import { columnFacts, type ColumnFacts } from './column_facts.ts'
import { meaningClasses, type MeaningClass } from './meaning_class.ts'
import { meaningFeatures } from './meaning_features.ts'
import { meaningGrams, meaningTrees } from './meaning_model.ts'
import { columnTags, type MeaningTag } from './meaning_tag.ts'
import { predictClasses, type TreeEnsemble, unpackEnsemble } from './tree_ensemble.ts'

/** What a column means, beside the type that it is stored as. */
export interface ColumnMeaning {
  /** The likeliest class. */
  class: MeaningClass
  /** 0..1, of that class. */
  probability: number
  /** Of each class, in the order of `meaningClasses`. */
  probabilities: readonly number[]
  /** What the values are more exactly, as far as rules can tell. */
  tags: readonly MeaningTag[]
}

/**
 * What a column means, from its facts: a model that was trained on SortingHat's labelled columns gives the class, rules
 * give the tags. Statistics that are not known may be NaN.
 */
export function columnMeaning(facts: ColumnFacts): ColumnMeaning {
  const { grams, trees } = model()
  const probabilities = Array.from(predictClasses(trees, meaningFeatures(facts, grams)))
  const probability = Math.max(...probabilities)
  const likeliest = meaningClasses[probabilities.indexOf(probability)] ?? 'not-generalizable'
  return { class: likeliest, probability, probabilities, tags: columnTags(facts) }
}

/** What a column of texts means. @param values one text a row; null where there is none */
export function meaningOf(values: readonly (string | null)[], name: string): ColumnMeaning {
  return columnMeaning(columnFacts(values, name))
}

let unpacked: { grams: readonly string[]; trees: TreeEnsemble } | undefined

/** The model is unpacked when it is first asked. */
function model(): { grams: readonly string[]; trees: TreeEnsemble } {
  unpacked ??= { grams: meaningGrams.split('|'), trees: unpackEnsemble(meaningTrees) }
  return unpacked
}
