import { ksPValue, largestDifference } from '../../stats/kolmogorov_smirnov.ts'
import { type Column, encode, isNumeric, isText, type Table, textAt } from '../column.ts'
import { isIdName } from '../column_role.ts'
import type { Loaded } from '../loaded.ts'
import type { Rule, Said } from '../rule.ts'
import { amount, listed, percent, plural, quoted } from '../wording.ts'
import { countCodes } from './disguised.ts'

/** Columns that are there on one side only, or of another type. */
export const columnsDiffer: Rule = {
  id: 'columns-differ',
  title: 'Columns that only one of two tables has',
  level: 'warn',
  why: 'A model asks for the columns that it was trained on; one that is missing, or text where a number was, ends in an error or in nonsense.',
  source: 'TFDV SCHEMA_NEW_COLUMN, SCHEMA_MISSING_COLUMN, UNEXPECTED_DATA_TYPE',
  thresholds: {},
  check: ({ profile, against }) => {
    if (against === null) return []
    const here = profile.columns.map(({ name }) => name)
    const there = against.profile.columns.map(({ name }) => name)
    const lost = there.filter((name) => !here.includes(name))
    const fresh = here.filter((name) => !there.includes(name))
    const said: Said[] = []
    if (lost.length > 0)
      said.push({
        where: { kind: 'columns', columns: lost },
        says: `${against.name} has ${listed(lost)}, this has not`,
        evidence: { columns: lost.length },
        weight: 0.8,
      })
    if (fresh.length > 0)
      said.push({
        where: { kind: 'columns', columns: fresh },
        says: `${listed(fresh)} ${fresh.length === 1 ? 'is' : 'are'} new, ${against.name} has ${fresh.length === 1 ? 'it' : 'them'} not`,
        level: 'info',
        evidence: { columns: fresh.length },
        weight: 0.4,
      })
    for (const column of profile.columns) {
      const other = against.profile.columns.find(({ name }) => name === column.name)
      if (other === undefined || sameSort(column.kind, other.kind)) continue
      said.push({
        where: { kind: 'columns', columns: [column.name] },
        says: `${column.name} is ${column.kind} here and ${other.kind} in ${against.name}`,
        weight: 0.7,
      })
    }
    return said
  },
}

function sameSort(a: string, b: string): boolean {
  const sort = (kind: string): string =>
    kind === 'integer' ? 'number' : kind === 'date' ? 'timestamp' : kind
  return sort(a) === sort(b) || a === 'empty' || b === 'empty'
}

/** Kinds that the other table does not have. */
export const newKinds: Rule = {
  id: 'new-kinds',
  title: 'Kinds that the other table does not have',
  level: 'warn',
  why: 'A model knows nothing of a kind that it has never seen; most encoders stop with an error.',
  source: 'deepchecks NewCategory (none allowed), NannyML unseen values, TFDV',
  thresholds: { distinct: 200 },
  check: ({ sample, against }, { distinct: most = 200 }) =>
    bothSides(sample, against).flatMap(([column, other]) => {
      if (!isText(column) || !isText(other) || other.dictionary.length > most || isIdName(column.name))
        return []
      const known = new Set(other.dictionary)
      const counts = countCodes(column)
      const fresh = column.dictionary.flatMap((text, code) =>
        (counts[code] ?? 0) > 0 && !known.has(text) ? [{ text, count: counts[code] ?? 0 }] : [],
      )
      if (fresh.length === 0) return []
      const rows = fresh.reduce((sum, { count }) => sum + count, 0)
      const told = fresh.sort((a, b) => b.count - a.count).map(({ text }) => quoted(text, 30))
      return [
        {
          where: { kind: 'columns' as const, columns: [column.name] },
          says: `${column.name} has ${fresh.length === 1 ? 'a kind' : `${fresh.length} kinds`} that ${against?.name ?? ''} has not: ${listed(told)}, in ${plural(rows, 'row')}`,
          level: rows / column.length >= 0.001 ? ('warn' as const) : ('info' as const),
          evidence: { kinds: fresh.length, rows },
          weight: 0.5 + 0.3 * Math.min(1, (20 * rows) / column.length),
        },
      ]
    }),
}

/** Rows that are in both tables. */
export const overlappingRows: Rule = {
  id: 'rows-in-both',
  title: 'Rows that are in both tables',
  level: 'warn',
  why: 'A model that is tested on rows it learnt from is tested on its memory.',
  source: 'deepchecks TrainTestSamplesMix (5 %)',
  thresholds: { share: 0.05 },
  check: ({ sample, against }, { share = 0.05 }) => {
    const pairs = bothSides(sample, against).filter(([{ name }]) => !isIdName(name))
    if (against === null || pairs.length < 3) return []
    const known = new Set(
      rowTexts(
        pairs.map(([, other]) => other),
        against.sample.rows,
      ),
    )
    const texts = rowTexts(
      pairs.map(([column]) => column),
      sample.rows,
    )
    const common = texts.filter((text) => known.has(text)).length
    if (common === 0) return []
    const part = common / sample.rows
    return [
      {
        where: { kind: 'table' },
        says: `${plural(common, 'row')} (${percent(part)}) ${common === 1 ? 'is' : 'are'} also in ${against.name}`,
        level: part >= share ? 'stop' : part >= 0.001 ? 'warn' : 'info',
        evidence: { rows: common, share: part },
        weight: 0.9,
      },
    ]
  },
}

/** Columns whose values are spread otherwise than in the other table. */
export const shifts: Rule = {
  id: 'shift',
  title: 'Columns whose values have moved',
  level: 'warn',
  why: 'What was learnt on one spread of values need not hold on another.',
  source:
    'Kolmogorov-Smirnov and total variation distance, both 0 to 1, with 0.1 as in Evidently and 0.2 as in deepchecks; chance at 1 in 1000',
  thresholds: { small: 0.1, large: 0.2 },
  check: ({ sample, against }, { small = 0.1, large = 0.2 }) => {
    const moved = bothSides(sample, against)
      .filter(([{ name }]) => !isIdName(name))
      .flatMap(([column, other]) => {
        const told = distance(column, other)
        return told !== null && told.gap >= small && told.gap > told.chance
          ? [{ name: column.name, ...told }]
          : []
      })
      .sort((a, b) => b.gap - a.gap)
    if (moved.length === 0 || against === null) return []
    const names = moved.map(({ name }) => name)
    return [
      {
        where: { kind: 'columns', columns: names },
        says: `Against ${against.name}, ${listed(moved.map(({ name, gap }) => `${name} (${gap.toFixed(2)})`))} ${moved.length === 1 ? 'has' : 'have'} moved (0: same spread, 1: nothing in common)`,
        level: (moved[0]?.gap ?? 0) >= large ? 'warn' : 'info',
        evidence: { columns: moved.length, most: moved[0]?.gap ?? 0 },
        weight: 0.5 + 0.4 * (moved[0]?.gap ?? 0),
      },
    ]
  },
}

/** Columns that miss more than in the other table. */
export const missingMoved: Rule = {
  id: 'missing-moved',
  title: 'Columns that miss more than before',
  level: 'warn',
  why: 'A source that fails shows first in what is missing.',
  source: 'Evidently (10 % of the reference), NannyML missing values; ours asks for five points',
  thresholds: { points: 0.05 },
  check: ({ profile, against }, { points = 0.05 }) =>
    (against?.profile.columns ?? []).flatMap((other) => {
      const column = profile.columns.find(({ name }) => name === other.name)
      if (column === undefined || column.rows === 0 || other.rows === 0) return []
      const [now, then] = [column.nulls / column.rows, other.nulls / other.rows]
      if (now - then < points) return []
      return [
        {
          where: { kind: 'columns' as const, columns: [column.name] },
          says: `${column.name} is missing in ${percent(now)} of the rows; in ${against?.name ?? ''} it was ${percent(then)}`,
          evidence: { share: now, before: then },
          weight: 0.6 + 0.3 * (now - then),
        },
      ]
    }),
}

/** Amounts beyond anything in the other table. */
export const beyondRange: Rule = {
  id: 'beyond-range',
  title: 'Amounts beyond anything seen before',
  level: 'info',
  why: 'Trees answer as at the edge of what they know, straight lines go on for ever: neither has seen it.',
  source: 'Evidently share out of range, NannyML continuous range',
  thresholds: { share: 0.01 },
  check: ({ sample, against }, { share = 0.01 }) =>
    bothSides(sample, against).flatMap(([column, other]) => {
      if (!isNumeric(column) || !isNumeric(other) || isIdName(column.name)) return []
      const known = other.numbers.filter((value) => Number.isFinite(value)).sort()
      const [least = -Infinity, most = Infinity] = [known[0], known.at(-1)]
      const rows = column.numbers.filter((value) => value < least || value > most).length
      if (rows / column.length < share) return []
      return [
        {
          where: { kind: 'columns' as const, columns: [column.name] },
          says: `${column.name} is outside of ${amount(least)} to ${amount(most)} (all of ${against?.name ?? ''}) in ${plural(rows, 'row')}`,
          evidence: { rows, share: rows / column.length },
          weight: 0.4,
        },
      ]
    }),
}

function bothSides(sample: Table, against: Loaded | null): (readonly [Column, Column])[] {
  const others = new Map(against?.sample.columns.map((column) => [column.name, column]))
  return sample.columns.flatMap((column) => {
    const other = others.get(column.name)
    return other === undefined ? [] : [[column, other] as const]
  })
}

function rowTexts(columns: readonly Column[], rows: number): string[] {
  return Array.from({ length: rows }, (_, row) =>
    columns.map((column) => textAt(column, row) ?? '\u0001').join('\u0000'),
  )
}

function distance(a: Column, b: Column): { gap: number; chance: number } | null {
  const [n, m] = [a.length - a.nulls, b.length - b.nulls]
  if (n < 30 || m < 30) return null
  if (a.numbers !== null && b.numbers !== null) {
    const finite = (values: Float64Array): Float64Array =>
      values.filter((value) => Number.isFinite(value)).sort()
    const [x, y] = [finite(a.numbers), finite(b.numbers)]
    if (x.length < 30 || y.length < 30) return null
    const gap = largestDifference(x, y)
    // The large-sample p-value: an exact one costs more than it tells here.
    return { gap, chance: ksPValue(gap, Math.max(x.length, 10_001), y.length) < 0.001 ? 0 : 1 }
  }
  if (!isText(a) || !isText(b) || a.dictionary.length > n / 4 || b.dictionary.length > m / 4) return null
  const shares = new Map<string, [number, number]>()
  for (const [column, side] of [
    [a, 0],
    [b, 1],
  ] as const) {
    const { codes } = encode(column)
    for (const code of codes) {
      if (code < 0) continue
      const pair = shares.get(column.dictionary[code] ?? '') ?? [0, 0]
      pair[side] += 1 / (side === 0 ? n : m)
      shares.set(column.dictionary[code] ?? '', pair)
    }
  }
  const gap = [...shares.values()].reduce((sum, [p, q]) => sum + Math.abs(p - q), 0) / 2
  // Chance alone moves each of k kinds by about the square root of its share over the rows.
  return { gap, chance: 1.5 * Math.sqrt((shares.size * (n + m)) / (Math.PI * 2 * n * m)) }
}
