import { adjustForFalseDiscovery } from '../stats/false_discovery.ts'
import { sameProportion } from '../stats/proportion.ts'
import type { ShadowRecord } from './shadow_record.ts'

/** A part of the requests in which champion and shadow differ more often than in the rest. */
export interface Slice {
  column: string
  /** `Sales`, or `30 to 45` for a quarter of a column of numbers. */
  value: string
  rows: number
  /** Share of the slice's requests with different answers. */
  differing: number
  /** The same of all other requests. */
  elsewhere: number
  /** Corrected for the number of slices looked at. */
  adjustedPValue: number
}

/** Parts of fewer requests than this are not looked at. */
const leastRows = 30

/** Columns of more different texts than this are not broken down. */
const mostValues = 50

/** The slices in which both differ beyond chance, the widest gap first, at most ten. */
export function findSlices(
  records: readonly ShadowRecord[],
  differs: (record: ShadowRecord) => boolean,
): Slice[] {
  const marks = records.map(differs)
  const all = marks.filter(Boolean).length
  const columns = [...new Set(records.flatMap(({ inputs }) => Object.keys(inputs)))]
  const slices = columns
    .flatMap((column) => partsOf(records, column))
    .filter(({ rows }) => rows.length >= leastRows)
  const tested = slices.map(({ column, value, rows }) => {
    const inside = rows.reduce((count, row) => count + (marks[row] === true ? 1 : 0), 0)
    const others = records.length - rows.length
    if (others === 0) return null
    const test = sameProportion(inside, rows.length, all - inside, others)
    return {
      slice: {
        column,
        value,
        rows: rows.length,
        differing: inside / rows.length,
        elsewhere: (all - inside) / others,
      },
      pValue: test.pValue,
    }
  })
  const kept = tested.filter((one) => one !== null)
  const adjusted = adjustForFalseDiscovery(kept.map(({ pValue }) => pValue))
  return kept
    .map(({ slice }, i) => ({ ...slice, adjustedPValue: adjusted[i] ?? 1 }))
    .filter(({ adjustedPValue, differing, elsewhere }) => adjustedPValue <= 0.05 && differing > elsewhere)
    .sort((a, b) => b.differing - b.elsewhere - (a.differing - a.elsewhere))
    .slice(0, 10)
}

interface Part {
  column: string
  value: string
  rows: number[]
}

function partsOf(records: readonly ShadowRecord[], column: string): Part[] {
  const values = records.map(({ inputs }) => inputs[column] ?? null)
  const numbers = values.filter((value) => typeof value === 'number')
  const label = numbers.length > 0 && new Set(numbers).size > 10 ? quarters(numbers) : String
  const parts = new Map<string, number[]>()
  values.forEach((value, row) => {
    const name = value === null ? 'missing' : label(value)
    const rows = parts.get(name)
    if (rows === undefined) parts.set(name, [row])
    else rows.push(row)
  })
  if (parts.size > mostValues) return []
  return [...parts].map(([value, rows]) => ({ column, value, rows }))
}

function quarters(numbers: readonly number[]): (value: string | number) => string {
  const sorted = Float64Array.from(numbers).sort()
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  const edges = [at(0.25), at(0.5), at(0.75)]
  const names = [
    `up to ${edges[0]}`,
    `${edges[0]} to ${edges[1]}`,
    `${edges[1]} to ${edges[2]}`,
    `above ${edges[2]}`,
  ]
  return (value) => names[edges.filter((edge) => Number(value) > edge).length] ?? ''
}
