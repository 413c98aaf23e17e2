import { encode } from '../column.ts'
import { isCategorical, isSensitive, isWeight } from '../column_role.ts'
import { labelsOf } from '../contingency.ts'
import { isSampled } from '../loaded.ts'
import type { Rule } from '../rule.ts'
import { amount, listed, plural, pythonText, quoted } from '../wording.ts'

/** Columns that say for how many people a row stands. */
export const surveyWeights: Rule = {
  id: 'survey-weight',
  title: 'Survey weights among the inputs',
  level: 'info',
  why: 'A survey weight says how the person was drawn, not who it is. As an input it is noise; as a weight it makes shares right.',
  source: 'own, by name; UCI Adult: fnlwgt',
  thresholds: {},
  check: (data) =>
    data.profile.columns
      .filter(
        ({ name, kind, numbers }) => isWeight(name) && kind !== 'text' && (numbers?.negatives ?? 1) === 0,
      )
      .map(({ name }) => ({
        where: { kind: 'columns', columns: [name] },
        says: `${name} is a survey weight: weigh rows with it, do not learn from it`,
        weight: 0.4,
        fixes: [
          {
            title: 'Take it out of the inputs',
            language: 'pandas',
            code: `weight = df.pop(${pythonText(name)})  # model.fit(X, y, sample_weight=weight)`,
          },
          {
            title: 'Take it out of the inputs',
            language: 'polars',
            code: `weight = df[${pythonText(name)}]\ndf = df.drop(${pythonText(name)})  # model.fit(X, y, sample_weight=weight)`,
          },
        ],
      })),
}

/** Groups of people that are too few to say anything about. */
export const smallGroups: Rule = {
  id: 'small-group',
  title: 'Groups too small to judge a model by',
  level: 'info',
  why: 'With so few rows a rate is known to ten points at best: whether the model is fair to them cannot be told from this data.',
  source: 'own: a share of 0.5 of 100 rows has a 95 % interval of ±0.1',
  thresholds: { rows: 100 },
  check: (data, { rows: least = 100 }) =>
    data.sample.columns
      .filter((column) => isSensitive(column.name) && isCategorical(column, 20) && !isSampled(data))
      .flatMap((column) => {
        const { codes, size } = encode(column)
        const counts = new Uint32Array(size)
        for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
        const labels = labelsOf(column)
        const small = labels.flatMap((label, code) => {
          const count = counts[code] ?? 0
          return count > 0 && count < least ? [{ label, count }] : []
        })
        if (small.length === 0 || data.sample.rows < least * 5) return []
        return [
          {
            where: { kind: 'columns' as const, columns: [column.name] },
            says: `${column.name} has groups of few rows: ${listed(small.map(({ label, count }) => `${label} ${amount(count)}`))}`,
            evidence: { groups: small.length, least: Math.min(...small.map(({ count }) => count)) },
            weight: 0.25,
          },
        ]
      }),
}

/** Kinds that are there once. */
export const rareCategories: Rule = {
  id: 'rare-category',
  title: 'Kinds that are there once',
  level: 'info',
  why: 'A kind seen once ends up either in the training rows or in the test rows: encoders then meet a kind they do not know.',
  source: 'own; scikit-learn OneHotEncoder(min_frequency) is made for it',
  thresholds: { distinct: 100, rows: 1000 },
  check: (data, { distinct: most = 100, rows: least = 1000 }) => {
    if (data.profile.rows < least) return []
    const columns = data.profile.columns.flatMap((column) => {
      if (column.kind !== 'text' || column.distinct < 3 || column.distinct > most) return []
      const sample = data.sample.columns.find(({ name }) => name === column.name)
      if (sample === undefined || isSampled(data)) return []
      const once = singles(sample.codes ?? new Int32Array(0), sample.dictionary)
      return once.length > 0 && once.length <= 3 ? [{ name: column.name, once }] : []
    })
    if (columns.length === 0) return []
    const told = columns.flatMap(({ name, once }) => once.map((value) => `${quoted(value)} in ${name}`))
    const names = columns.map(({ name }) => name)
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `${listed(told)} ${told.length === 1 ? 'is there once' : 'are there once each'}, in ${plural(data.profile.rows, 'row')}`,
        evidence: { values: told.length },
        weight: 0.3,
        fixes: [
          {
            title: 'Put rare kinds together',
            language: 'pandas',
            code: `for column in [${names.map(pythonText).join(', ')}]:\n    counts = df[column].map(df[column].value_counts()).astype("float")\n    df[column] = df[column].astype("object").mask(counts < 10, "other")`,
          },
        ],
      },
    ]
  },
}

function singles(codes: Int32Array, dictionary: readonly string[]): string[] {
  const counts = new Uint32Array(dictionary.length)
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  return dictionary.filter((_, code) => counts[code] === 1)
}
