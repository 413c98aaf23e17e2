import type { Fix } from '../../base/finding.ts'
import type { CellColumn } from '../cell_column.ts'
import { type CellFindings, searchCells, type WrongCell } from '../cell_sample.ts'
import { type Column, isText } from '../column.ts'
import { meaningOfColumn } from '../column_meaning.ts'
import { countWithin } from '../edit_distance.ts'
import { exampleRows } from '../example_rows.ts'
import { placeholderKind } from '../placeholder.ts'
import type { Checked, Rule, Said } from '../rule.ts'
import { amount, plural, pythonText, quoted } from '../wording.ts'
import { isPersonal } from './personal.ts'

/** Cells that contradict what another column says of the same thing. */
export const brokenDependencies: Rule = {
  id: 'broken-dependency',
  title: 'Cells that contradict another column',
  level: 'info',
  why: 'Where a code goes with one name in nearly every row, the few other rows are mostly slips of the pen.',
  source:
    'soft functional dependencies as in HoloClean and Raha; measured on hospital and beers (docs/data-quality.md)',
  thresholds: { columns: 3 },
  check: (data, { columns = 3 }) =>
    byColumn(data, (error) => isCredible(error, columns)).map(({ column, errors, scope }) => {
      const [first] = errors
      const because = data.sample.columns[first?.because?.column ?? -1]
      const [value, key, meant] = [first?.value ?? '', first?.because?.value ?? '', first?.suggestion ?? '']
      const isHidden = isPersonal(column) || (because !== undefined && isPersonal(because))
      const rows = `${plural(errors.length, 'row')}${scope}`
      const about = `${column.name} is not what ${because?.name ?? ''} says in ${rows}`
      const empty = `${column.name} is empty in ${rows} in which ${because?.name ?? ''} says what it is`
      const example =
        value === ''
          ? `: ${quoted(key)} is ${quoted(meant)} elsewhere`
          : `: ${quoted(key)} is ${quoted(meant)}, once ${quoted(value)}`
      return said(data, column, errors, {
        says: `${value === '' ? empty : about}${isHidden ? '' : example}`,
        level: errors.length > 3 ? 'warn' : 'info',
        weight: 0.5,
        fixes: isHidden ? [] : repairs(column.name, errors, data),
      })
    }),
}

/** Cells that are not written as the others of their column. */
export const oddFormats: Rule = {
  id: 'odd-format',
  title: 'Codes that are not written as the others',
  level: 'info',
  why: 'A code with a letter in place of a digit, or a sign too many, finds no partner in a join and is a kind of its own.',
  source:
    'own: one to four shapes cover 93 % of the column; as in Trifacta and Data Wrangler. Not in sentences and lists',
  thresholds: { confidence: 0.85 },
  check: (data, { confidence = 0.85 }) =>
    byColumn(data, (error, found) => {
      if (error.kind !== 'format' || error.confidence < confidence) return false
      return placeholderKind(error.value) === null && hasCodes(data, error, found)
    }).map(({ column, errors, scope }) => {
      const values = [...new Set(errors.map(({ value }) => value))]
      const rest = values.length > 1 ? ` and ${plural(values.length - 1, 'other')}` : ''
      const usual = /such as ("[^]*")$/.exec(errors[0]?.why ?? '')?.[1]?.slice(1, -1)
      return said(data, column, errors, {
        says: `${column.name} is written unlike the rest in ${plural(errors.length, 'row')}${scope}: ${quoted(values[0] ?? '')}${rest}${usual === undefined ? '' : `; most are like ${quoted(usual)}`}`,
        weight: 0.34,
        fixes: [showRows(column.name, values)],
      })
    }),
}

/** Cells that hold the value of another column too. */
export const gluedValues: Rule = {
  id: 'glued-values',
  title: 'Two values in one cell',
  level: 'warn',
  why: 'Neither column can be used in these rows: one has a kind that no other row has, the other is empty.',
  source: 'own; of the kinds of error in Raha’s beers: city "Bend OR" and no state',
  thresholds: { rows: 2 },
  check: (data, { rows = 2 }) =>
    byColumn(data, ({ kind, value }) => kind === 'glued' && value !== '')
      .filter(({ errors }) => errors.length >= rows)
      .map(({ column, errors, scope }) => {
        const other = /holds the value of (.*) too$/.exec(errors[0]?.why ?? '')?.[1] ?? ''
        const [name, into] = [pythonText(column.name), pythonText(other)]
        const code = `parts = df[${name}].str.extract(r"^(.+?)[\\s,;/|-]+(\\S+)$")\nglued = df[${into}].isna() & parts[1].isin(df[${into}].dropna())\ndf.loc[glued, [${name}, ${into}]] = parts[glued].to_numpy()\nprint(glued.sum(), "rows")`
        return said(data, column, errors, {
          says: `${column.name} holds ${other} too in ${plural(errors.length, 'row')}${scope} where that is empty: ${quoted(errors[0]?.value ?? '')}`,
          weight: 0.6,
          fixes: [{ title: 'Part them', language: 'pandas', code }],
        })
      }),
}

interface OfColumn {
  column: Column
  errors: readonly WrongCell[]
  /** What is said where not all rows were searched. */
  scope: string
}

function byColumn(data: Checked, fits: (error: WrongCell, found: CellFindings) => boolean): OfColumn[] {
  const found = searchCells(data.sample)
  const scope = found.rows < data.profile.rows ? ` of ${amount(found.rows)} looked at` : ''
  const fitting = found.errors.filter((error) => fits(error, found))
  return [...Map.groupBy(fitting, ({ column }) => column)].flatMap(([at, errors]) => {
    const column = data.sample.columns[at]
    return column === undefined || column.name === data.target ? [] : [{ column, scope, errors }]
  })
}

/**
 * A common value in a strange place is mostly a fact of its own (a holiday on a Friday); a rare one, or one that is
 * nearly what is expected, is a slip. Several columns that say the same outweigh that.
 */
function isCredible({ kind, value, rows, suggestion, because }: WrongCell, columns: number): boolean {
  if (kind !== 'dependency' || suggestion === undefined || because === undefined) return false
  if (value === '' || rows <= 2) return true
  const slips = Math.max(1, Math.floor(suggestion.length / 6))
  const isSlip = !/^[\d.]+$/.test(value) && rows <= 10 && countWithin(value, suggestion, slips)
  return isSlip || (because.columns >= columns && rows <= 10)
}

/** Most values have digits, and the column is neither sentences nor lists nor nobody knows what. */
function hasCodes(data: Checked, { column }: WrongCell, { columns }: CellFindings): boolean {
  const cells = columns.get(column)
  const source = data.sample.columns[column]
  if (cells === undefined || source === undefined || !isText(source) || isPersonal(source)) return false
  // Words among numbers are told by the rule "mixed-types".
  const numbers = sumWhere(cells, (code) => cells.types[code] === 'integer' || cells.types[code] === 'number')
  if (numbers >= 0.9 * cells.filled) return false
  const meaning = meaningOfColumn(data, source.name)?.class
  if (meaning === 'sentence' || meaning === 'list' || meaning === 'context-specific') return false
  return sumWhere(cells, (code) => /\d/.test(cells.values[code] ?? '')) > cells.filled / 2
}

function sumWhere({ counts }: CellColumn, test: (code: number) => boolean): number {
  return counts.reduce((sum, rows, code) => sum + (test(code) ? rows : 0), 0)
}

function said(
  data: Checked,
  column: Column,
  errors: readonly WrongCell[],
  more: Pick<Said, 'says' | 'weight' | 'fixes' | 'level'> & { says: string },
): Said {
  const rows = [...new Set(errors.map(({ row }) => row))]
  const because = data.sample.columns[errors[0]?.because?.column ?? -1]
  const shown = because === undefined ? [column.name] : [column.name, because.name]
  return {
    where: { kind: 'columns', columns: shown },
    evidence: { rows: rows.length, values: new Set(errors.map(({ value }) => value)).size },
    example: exampleRows(data, rows, shown, { others: 4 }),
    ...more,
  }
}

/** So many different repairs are written out; the rest is left to a second look. */
const mostRepairs = 30

function repairs(name: string, errors: readonly WrongCell[], data: Checked): Fix[] {
  const lines = new Set(
    errors.map(({ value, suggestion = '', because }) => {
      const key = data.sample.columns[because?.column ?? -1]
      const odd =
        value === ''
          ? `df[${pythonText(name)}].isna()`
          : `df[${pythonText(name)}].astype(str).eq(${pythonText(value)})`
      return `df.loc[df[${pythonText(key?.name ?? '')}].astype(str).eq(${pythonText(because?.value ?? '')}) & ${odd}, ${pythonText(name)}] = ${literal(suggestion, data, name)}`
    }),
  )
  const rest = lines.size > mostRepairs ? `\n# and ${lines.size - mostRepairs} more of the same kind` : ''
  const code = [...lines].slice(0, mostRepairs).join('\n') + rest
  return [{ title: 'Write what the others say', language: 'pandas', code }]
}

function literal(text: string, data: Checked, name: string): string {
  const column = data.sample.columns.find((each) => each.name === name)
  return column !== undefined && !isText(column) && text !== '' ? text : pythonText(text)
}

function showRows(name: string, values: readonly string[]): Fix {
  const list = values.slice(0, 50).map(pythonText).join(', ')
  return { title: 'Show them', language: 'pandas', code: `df[df[${pythonText(name)}].isin([${list}])]` }
}
