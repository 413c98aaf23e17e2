import { type CellColumn, type CellError, errorsOfValues, quoted } from './cell_column.ts'
import type { CellType } from './cell_type.ts'

type Wrong = Map<number, Omit<CellError, 'row' | 'column'>>

/**
 * Cells that are not written as the others of their column: a text among numbers, a letter in a code of digits, a
 * unit or a per cent sign that the others do not have, a date in another order. In columns of free text nothing is found.
 */
export function formatErrors(column: CellColumn): CellError[] {
  if (column.filled < 20) return []
  const wrong: Wrong = new Map()
  typeMinority(column, wrong)
  dateForms(column, wrong)
  units(column, wrong)
  shapeMinority(column, wrong)
  rareSigns(column, wrong)
  return errorsOfValues(column, wrong)
}

/** Types that may stand in one column without anything being wrong. */
function familyOf(type: CellType): string {
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'word' || type === 'text') return 'text'
  return type
}

/** Where nearly all cells are of one kind of data, those of another are wrong; of numbers with and without a sign the fewer. */
function typeMinority(column: CellColumn, wrong: Wrong): void {
  const families = count(column, (code) => familyOf(column.types[code] ?? 'text'))
  const [main, most] = largest(families)
  const share = most / column.filled
  if (main === 'text' || main === 'code' || main === 'unit' || share < 0.5) return
  column.values.forEach((value, code) => {
    const family = familyOf(column.types[code] ?? 'text')
    if (value === '' || family === main) return
    const sameKind = main === 'number' && (family === 'percent' || family === 'currency' || family === 'unit')
    const rare = (families.get(family) ?? 0) / column.filled
    if (sameKind ? rare < 0.45 : share > 0.9 && rare < 0.08) {
      wrong.set(code, {
        kind: sameKind ? 'unit' : 'format',
        why: `${quoted(value)} among ${Math.round(share * 100)} % that are ${nameOf(main)}`,
        confidence: sameKind ? 0.8 : share,
      })
    }
  })
}

function nameOf(family: string): string {
  return family === 'number' ? 'plain numbers' : family === 'code' ? 'codes' : `of the form ${family}`
}

/** Dates and times in several forms: the rarer ones, which a program reads otherwise or not at all. */
function dateForms(column: CellColumn, wrong: Wrong): void {
  const isTime = (code: number): boolean => /^(?:date|time|datetime)$/.test(column.types[code] ?? '')
  const formOf = (code: number): string => shapeOf(column.values[code] ?? '', false).replace(/9+/g, '9')
  const forms = count(column, (code) => (isTime(code) ? formOf(code) : ''))
  forms.delete('')
  if (forms.size < 2) return
  const [main, most] = largest(forms)
  if (most < column.filled * 0.55) return
  column.values.forEach((value, code) => {
    if (wrong.has(code) || !isTime(code) || formOf(code) === main) return
    const example = column.values.find((_, other) => isTime(other) && formOf(other) === main) ?? ''
    const why = `${quoted(value)} is written unlike most dates of the column, such as ${quoted(example)}`
    wrong.set(code, { kind: 'format', why, confidence: 0.8 })
  })
}

const numberThenUnit = /^([+-]?\d[\d.,]*)\s*([^\d\s].*)$/

/**
 * Numbers with a unit behind: where nearly all have the same, the others are wrong. Where the unit is written in several
 * ways and none prevails, no cell can be used as the number that it means.
 */
function units(column: CellColumn, wrong: Wrong): void {
  const spelled = new Map<string, number>()
  let withUnit = 0
  const unitOf = column.values.map((value, code) => {
    const unit = column.types[code] === 'date' ? undefined : numberThenUnit.exec(value)?.[2]
    return unit !== undefined && unit.length <= 24 && /^[\p{L}%°$€µ][^\d]*$/u.test(unit) ? unit : undefined
  })
  unitOf.forEach((unit, code) => {
    if (unit === undefined) return
    const rows = column.counts[code] ?? 0
    withUnit += rows
    spelled.set(unit, (spelled.get(unit) ?? 0) + rows)
  })
  if (withUnit < column.filled * 0.9 || spelled.size < 2) return
  const [main, most] = largest(spelled)
  const prevails = most > withUnit * 0.95
  const stems = new Set(
    [...spelled.keys()].map((unit) =>
      unit
        .toLowerCase()
        .replace(/[^\p{L}%°$€µ]/gu, '')
        .slice(0, 1),
    ),
  )
  // Streets, names of products and the like begin with a number too: a unit is one word, spelled in a few ways.
  const common = [...spelled]
    .filter(([unit]) => unit.split(/\s+/).length === 1)
    .reduce((sum, [, rows]) => sum + rows, 0)
  if (!prevails && (stems.size > 3 || common < withUnit * 0.8)) return
  unitOf.forEach((unit, code) => {
    if (unit === undefined || (prevails && unit === main)) return
    wrong.set(code, {
      kind: 'unit',
      why: prevails
        ? `${quoted(column.values[code] ?? '')} where nearly all others say ${quoted(main)}`
        : `a number with its unit as text; the unit is written in ${spelled.size} ways, for example ${[...spelled.keys()].slice(0, 3).map(quoted).join(', ')}`,
      confidence: prevails ? 0.7 : 0.75,
      ...(prevails ? {} : { suggestion: numberThenUnit.exec(column.values[code] ?? '')?.[1] ?? '' }),
    })
  })
}

/** A value as the kinds of its characters: `Aa-99` stands for "Ab-12", runs of letters count once. */
export function shapeOf(value: string, exact: boolean): string {
  const kinds = value
    .replace(/\p{Lu}/gu, 'A')
    .replace(/\p{Ll}/gu, 'a')
    .replace(/\d/g, '9')
    .replace(/\s/g, ' ')
  if (exact) return kinds
  return kinds
    .replace(/A?a+|A+/g, 'a')
    .replace(/9+/g, '9')
    .replace(/(?:a[ '’.,-]*)+a/g, 'a')
}

/** Codes, phone numbers, dates: where one or a few shapes with digits cover nearly all cells, the rare ones are wrong. */
function shapeMinority(column: CellColumn, wrong: Wrong): void {
  const fixed = isFixedCode(column)
  for (const exact of [true, false]) {
    const shapes = count(column, (code) => shapeOf((column.values[code] ?? '').slice(0, 200), exact))
    const usual = [...shapes].filter(([, rows]) => rows >= Math.max(5, column.filled * 0.05))
    const covered = usual.reduce((sum, [, rows]) => sum + rows, 0) / column.filled
    if (usual.length === 0 || usual.length > 4 || covered < (exact ? 0.95 : 0.93)) continue
    if (exact && !fixed && usual.length > 1) continue
    const known = new Set(usual.map(([shape]) => shape))
    const words = !usual.some(([shape]) => shape.includes('9'))
    column.values.forEach((value, code) => {
      if (value === '' || wrong.has(code)) return
      const shape = shapeOf(value.slice(0, 200), exact)
      const rows = shapes.get(shape) ?? 0
      if (known.has(shape) || rows > Math.max(2, column.filled * (exact ? 0.005 : 0.01))) return
      // Numbers may have any number of digits, and words any signs between them.
      const type = column.types[code]
      if (!fixed && (type === 'integer' || type === 'number')) return
      if (words && (exact || !/\p{L}\d\p{L}/u.test(value) || /\p{L}\d+\p{L}/u.test([...known].join(''))))
        return
      wrong.set(code, {
        kind: 'format',
        why: `${quoted(value)} is written unlike ${Math.round(covered * 100)} % of the column, such as ${quoted(exampleOf(column, known, exact))}`,
        confidence: 0.6 + 0.3 * covered,
      })
    })
  }
}

/** Whether the column is of codes of digits, all equally long: zip codes with a 0 in front, phone numbers. */
function isFixedCode({ values, counts, filled }: CellColumn): boolean {
  const lengths = new Map<number, number>()
  values.forEach((value, code) => {
    if (value !== '') lengths.set(value.length, (lengths.get(value.length) ?? 0) + (counts[code] ?? 0))
  })
  const [length, rows] = largest(lengths)
  const signs = length >= 8 || (length >= 4 && values.some((value) => /^0\d/.test(value)))
  return signs && rows > filled * 0.97 && new Set(values.map((value) => value.slice(0, 3))).size > 3
}

function exampleOf(column: CellColumn, known: ReadonlySet<string>, exact: boolean): string {
  return column.values.find((value) => value !== '' && known.has(shapeOf(value.slice(0, 200), exact))) ?? ''
}

/** Signs that hardly any value of the column has, in columns of names and codes: `*`, `?`, `#`, characters of another script. */
function rareSigns(column: CellColumn, wrong: Wrong): void {
  const signs = new Map<string, number>()
  column.values.forEach((value, code) => {
    for (const sign of new Set(value.match(/[^\p{L}\d\s.,'’()/&:;"-]/gu) ?? []))
      signs.set(sign, (signs.get(sign) ?? 0) + (column.counts[code] ?? 0))
  })
  column.values.forEach((value, code) => {
    if (wrong.has(code) || value.length > 60) return
    const damage = /\ufffd|Ã[\u0080-\u00bf©¨¼¶¤±³]|â€[™œ\u009d“”¦]|Â[\u00a0-\u00bf]/.exec(value)?.[0]
    if (damage !== undefined) {
      wrong.set(code, {
        kind: 'encoding',
        why: `${quoted(value)} was read in a wrong encoding: ${quoted(damage)}`,
        confidence: 0.9,
      })
      return
    }
    const odd = [...new Set(value.match(/[*?#@^~|\\<>{}[\]_=]/g) ?? [])].find(
      (sign) => (signs.get(sign) ?? 0) < Math.max(3, column.filled * 0.01),
    )
    if (
      odd !== undefined &&
      column.filled >= 200 &&
      (/[*?#^~|\\<>]$/.test(value) || /\p{L}[*?#^~|\\<>]\p{L}/u.test(value))
    ) {
      wrong.set(code, {
        kind: 'format',
        why: `${quoted(value)} has the sign ${quoted(odd)}, which hardly any other value has`,
        confidence: 0.6,
      })
    }
  })
}

function count(column: CellColumn, keyOf: (code: number) => string): Map<string, number> {
  const counts = new Map<string, number>()
  column.values.forEach((value, code) => {
    if (value === '') return
    const key = keyOf(code)
    counts.set(key, (counts.get(key) ?? 0) + (column.counts[code] ?? 0))
  })
  return counts
}

function largest<K>(counts: ReadonlyMap<K, number>): [K, number] {
  let best: [K, number] | undefined
  for (const entry of counts) if (best === undefined || entry[1] > best[1]) best = entry
  if (best === undefined) throw new RangeError('Cannot take the largest of no counts')
  return best
}
