import { type Column, encode } from '../column.ts'
import { isCategorical, isSensitive } from '../column_role.ts'
import { contingency, labelsOf, majorities } from '../contingency.ts'
import type { Checked, Rule, Said } from '../rule.ts'
import { amount, listed, pythonText } from '../wording.ts'

/** Columns that tell what a person must not be judged by. */
export const proxies: Rule = {
  id: 'proxy',
  title: 'Columns that give a sensitive one away',
  level: 'warn',
  why: 'Leaving the sensitive column out does not make a model blind to it: it can read it from the other one.',
  source:
    'own; the question is Feldman et al. (2015), Certifying and removing disparate impact: can the group be predicted?',
  thresholds: { purity: 0.98, share: 0.1, rows: 50 },
  check: (data, thresholds) =>
    data.sample.columns
      .filter((column) => isSensitive(column.name) && isCategorical(column, 20))
      .flatMap((sensitive) => proxiesOf(data, sensitive, thresholds)),
}

interface Proxy {
  column: Column
  /** Rows whose value gives the group away. */
  rows: number
  value: string
  group: string
  groupRows: number
  otherRows: number
  other: string
}

function proxiesOf(data: Checked, sensitive: Column, thresholds: Readonly<Record<string, number>>): Said[] {
  const found = data.sample.columns
    .filter((column) => column !== sensitive && column.name !== data.target && isCategorical(column))
    .flatMap((column) => asProxy(column, sensitive, thresholds) ?? [])
    .sort((a, b) => b.rows - a.rows)
  const [strongest] = found
  if (strongest === undefined) return []
  const { column, value, group, groupRows, otherRows, other } = strongest
  const others = found.slice(1).map((each) => each.column.name)
  const more = others.length === 0 ? '' : `; so ${others.length === 1 ? 'does' : 'do'} ${listed(others)}`
  const counted = `${value}: ${amount(groupRows)} ${people(group, groupRows)}, ${amount(otherRows)} ${people(other, otherRows)}`
  const code = `pd.crosstab(df[${pythonText(column.name)}], df[${pythonText(sensitive.name)}], normalize="index")`
  return [
    {
      where: { kind: 'columns', columns: [column.name, sensitive.name, ...others] },
      says: `${column.name} gives ${sensitive.name} away (${counted})${more}`,
      evidence: {
        rows: strongest.rows,
        share: strongest.rows / data.sample.rows,
        group: groupRows,
        other: otherRows,
      },
      weight: 0.8,
      fixes: [{ title: 'Show how much', language: 'pandas', code }],
    },
  ]
}

function asProxy(
  column: Column,
  sensitive: Column,
  { purity = 0.98, share = 0.1, rows: least = 50 }: Readonly<Record<string, number>>,
): Proxy | null {
  const table = contingency(encode(column), encode(sensitive))
  const labels = labelsOf(column)
  const groups = labelsOf(sensitive)
  let telling = 0
  const found: Proxy[] = []
  majorities(table).forEach(({ value: group, count }, code) => {
    const rows = table.first[code] ?? 0
    const usual = (table.second[group] ?? 0) / table.rows
    if (rows < least || count / rows < purity || usual > 0.8) return
    telling += rows
    const rest = [...(table.counts[code] ?? [])]
      .filter(([other]) => other !== group)
      .sort((a, b) => b[1] - a[1])
    found.push({
      column,
      rows: 0,
      value: labels[code] ?? '',
      group: groups[group] ?? '',
      groupRows: count,
      otherRows: rows - count,
      other:
        rest.length === 1 || groups.length === 2
          ? (groups.find((_, i) => i === (rest[0]?.[0] ?? 1 - group)) ?? 'others')
          : 'others',
    })
  })
  const [best] = found.sort((a, b) => b.groupRows - a.groupRows)
  return best !== undefined && telling / table.rows >= share ? { ...best, rows: telling } : null
}

/** `Male` as people say it of several. */
function people(group: string, count: number): string {
  const known = /^(fe)?male$/i.exec(group.trim())
  if (known === null) return group
  const stem = known[1] === undefined ? 'm' : 'wom'
  return `${stem}${count === 1 ? 'an' : 'en'}`
}
