import type { Fix } from '../../base/finding.ts'
import { type Column, isText } from '../column.ts'
import { isIdName } from '../column_role.ts'
import { type DateForm, dateForms, showDateForm, strftimeForm } from '../date_form.ts'
import { exampleRows, findRows } from '../example_rows.ts'
import { ofSample } from '../loaded.ts'
import { placeholderKind } from '../placeholder.ts'
import type { Checked, Rule, Said } from '../rule.ts'
import { parseNumber } from '../text_number.ts'
import { listed, percent, plural, pythonText, quoted } from '../wording.ts'
import { countCodes } from './disguised.ts'

type Texts = Column & { codes: Int32Array }

/** Numbers, dates and yes-or-no that are stored as text. */
export const storedAsText: Rule = {
  id: 'stored-as-text',
  title: 'Numbers and dates stored as text',
  level: 'warn',
  why: 'As text, 10 comes before 9 and each number is a kind of its own: an encoder makes a column of each.',
  source: 'Data Linter: NumberAsString, DateTimeAsString (half of the rows); ours asks for 95 %',
  thresholds: { share: 0.95, rows: 5 },
  check: (data, { share = 0.95, rows = 5 }) =>
    data.sample.columns.filter(isText).flatMap((column) => {
      const shape = shapeOf(column)
      if (shape.values < rows) return []
      // With a word for missing values among numbers, the rule "written-missing" says so.
      const isPlain = shape.placeholders === 0 || shape.units.size > 1 || !shape.units.has('')
      if (shape.numbers / shape.values >= share) return isPlain ? numbersAsText(column, shape) : []
      if (shape.dated / shape.values >= share) return datesAsText(data, column, shape)
      return []
    }),
}

/** Columns in which a few values are of another sort than the rest. */
export const mixedTypes: Rule = {
  id: 'mixed-types',
  title: 'A few values of another sort than the rest',
  level: 'warn',
  why: 'A few words among numbers make the whole column text; mixed units make amounts that cannot be compared.',
  source: 'deepchecks MixedDataTypes (rarer sort in 1 to 10 %)',
  thresholds: { share: 0.9, rows: 20 },
  check: (data, { share = 0.9, rows = 20 }) =>
    data.sample.columns.filter(isText).flatMap((column) => {
      const shape = shapeOf(column)
      if (shape.values < rows) return []
      return [
        ...wordsAmongNumbers(data, column, shape, share),
        ...mixedUnits(column, shape),
        ...mixedDates(column, shape),
      ]
    }),
}

interface Shape {
  placeholders: number
  values: number
  numbers: number
  units: Map<string, number>
  styles: Set<string>
  dated: number
  forms: Map<DateForm, number>
  others: { text: string; count: number }[]
}

const shapes = new WeakMap<Column, Shape>()

function shapeOf(column: Texts): Shape {
  const known = shapes.get(column)
  if (known !== undefined) return known
  const counts = countCodes(column)
  const shape: Shape = {
    placeholders: 0,
    values: 0,
    numbers: 0,
    units: new Map(),
    styles: new Set(),
    dated: 0,
    forms: new Map(),
    others: [],
  }
  column.dictionary.forEach((text, code) => {
    const count = counts[code] ?? 0
    if (count === 0) return
    if (placeholderKind(text) !== null) {
      shape.placeholders += count
      return
    }
    shape.values += count
    const number = parseNumber(text)
    if (number !== null) {
      shape.numbers += count
      shape.units.set(number.unit, (shape.units.get(number.unit) ?? 0) + count)
      shape.styles.add(number.style)
      return
    }
    const forms = dateForms(text)
    if (forms.length > 0) {
      shape.dated += count
      for (const form of forms) shape.forms.set(form, (shape.forms.get(form) ?? 0) + count)
    } else shape.others.push({ text, count })
  })
  shapes.set(column, shape)
  return shape
}

function numbersAsText(column: Texts, shape: Shape): Said[] {
  const units = [...shape.units].sort((a, b) => b[1] - a[1])
  const [unit] = units[0] ?? ['']
  // A key of digits is a name, and so is a digit with letters behind (2nd, 5A).
  if (isIdName(column.name) || (units.length > 3 && unit === '')) return []
  if (/^[a-zA-Z]$|^(st|nd|rd|th)$/.test(unit) && !/^(m|g|l|s|h|K|C|F|V|W|A)$/.test(unit)) return []
  const how = unit === '' ? '' : ` with ${quoted(unit)} at each`
  const comma = shape.styles.has('decimal-comma') ? ', with commas as decimal signs' : ''
  const name = pythonText(column.name)
  const strip =
    comma === ''
      ? `.str.replace(r"[^0-9eE.+-]", "", regex=True)`
      : `.str.replace(r"[^0-9,+-]", "", regex=True).str.replace(",", ".")`
  const title = 'Make it a number'
  return [
    {
      where: { kind: 'columns', columns: [column.name] },
      says: `${column.name} is text, but ${shape.numbers === shape.values ? 'all' : percent(shape.numbers / shape.values)} of its values are numbers${how}${comma}`,
      evidence: { share: shape.numbers / shape.values, rows: shape.numbers },
      weight: 0.7,
      fixes: [
        {
          title,
          language: 'pandas',
          code: `df[${name}] = pd.to_numeric(df[${name}]${strip}, errors="coerce")`,
        },
        {
          title,
          language: 'polars',
          code: `df = df.with_columns(pl.col(${name}).str.replace_all(r"[^0-9eE.+-]", "").cast(pl.Float64, strict=False))`,
        },
      ],
    },
  ]
}

function datesAsText(data: Checked, column: Texts, shape: Shape): Said[] {
  const [first] = [...shape.forms].sort((a, b) => b[1] - a[1])
  const [form, rows] = first ?? ['Y-m-d', 0]
  const ambiguous = [...shape.forms].filter(
    ([other, count]) => other !== form && other.includes('m') && count === rows,
  )
  const both = ambiguous.map(([other]) => other)
  const doubt =
    both.length > 0
      ? `; day and month cannot be told apart (${[form, ...both].map(showDateForm).join(' or ')})`
      : ''
  const isPlain = doubt === '' && form.startsWith('Y')
  // ISO's own form comes with a T, with fractions and with zones.
  const isIso = form.startsWith('Y-m-d')
  const hasZone =
    isIso && column.dictionary.some((text) => /:\d{2}(?:\.\d+)?\s*(?:z|[+-]\d{2}:?\d{2})\s*$/i.test(text))
  const format = isIso ? '"ISO8601"' : pythonText(strftimeForm(form))
  const name = pythonText(column.name)
  return [
    {
      where: { kind: 'columns', columns: [column.name] },
      says: `${column.name} is text, but its values are dates (${showDateForm(form)})${doubt}`,
      level: isPlain ? 'info' : 'warn',
      evidence: { share: shape.dated / shape.values, rows: shape.dated },
      example: exampleRows(data, [0, 1, 2], [column.name]),
      weight: isPlain ? 0.25 : 0.6,
      fixes: [
        {
          title: 'Make it a date',
          language: 'pandas',
          code: `df[${name}] = pd.to_datetime(df[${name}], format=${format}, errors="coerce")`,
        },
        {
          title: 'Make it a date',
          language: 'polars',
          code: `df = df.with_columns(pl.col(${name}).str.to_datetime(${isIso ? (hasZone ? 'time_zone="UTC", ' : '') : `${format}, `}strict=False))`,
        },
      ],
    },
  ]
}

function wordsAmongNumbers(data: Checked, column: Texts, shape: Shape, share: number): Said[] {
  const { values, numbers, others } = shape
  if (numbers < share * values || others.length === 0 || numbers === values) return []
  const rows = others.reduce((sum, { count }) => sum + count, 0)
  const told = others.sort((a, b) => b.count - a.count).map(({ text }) => quoted(text, 24))
  const texts = new Set(others.map(({ text }) => text))
  const odd = (row: number): boolean => texts.has(column.dictionary[column.codes[row] ?? -1] ?? '')
  return [
    {
      where: { kind: 'columns', columns: [column.name] },
      says: `${column.name} is numbers but for ${plural(rows, 'row')}${ofSample(data)}: ${listed(told)}`,
      evidence: { rows, share: rows / values },
      example: exampleRows(data, findRows(column.length, odd), [column.name], { others: 3 }),
      weight: 0.7,
      fixes: numberFix(column.name),
    },
  ]
}

function numberFix(name: string): Fix[] {
  const column = pythonText(name)
  const code = `odd = df[pd.to_numeric(df[${column}], errors="coerce").isna() & df[${column}].notna()]\nprint(len(odd), "rows")\nodd`
  return [{ title: 'Show them', language: 'pandas', code }]
}

function mixedUnits(column: Texts, shape: Shape): Said[] {
  const units = [...shape.units].filter(([, count]) => count >= 2).sort((a, b) => b[1] - a[1])
  if (shape.numbers < 0.9 * shape.values || units.length < 2 || units.length > 6 || isIdName(column.name))
    return []
  const told = units.map(
    ([unit, count]) => `${unit === '' ? 'no unit' : quoted(unit)} in ${plural(count, 'row')}`,
  )
  return [
    {
      where: { kind: 'columns', columns: [column.name] },
      says: `${column.name} has amounts in several units: ${listed(told)}`,
      evidence: { units: units.length },
      weight: 0.72,
    },
  ]
}

function mixedDates(column: Texts, shape: Shape): Said[] {
  if (shape.dated < 0.9 * shape.values) return []
  const forms = [...shape.forms].sort((a, b) => b[1] - a[1])
  const [first, most] = forms[0] ?? ['Y-m-d', 0]
  if (most >= shape.dated || forms.length < 2) return []
  return [
    {
      where: { kind: 'columns', columns: [column.name] },
      says: `${column.name} has dates in several forms: ${plural(most, 'row')} ${showDateForm(first)}, ${plural(shape.dated - most, 'row')} otherwise (${listed(
        forms.slice(1).map(([form]) => showDateForm(form)),
        3,
      )})`,
      evidence: { forms: forms.length, rows: shape.dated - most },
      weight: 0.72,
    },
  ]
}
