import { diffArrays } from 'diff'
import type { CellVersion, ComparedCell, LineChange } from './comparison.ts'

/** One execution of a cell. */
export interface RanCell {
  /** The cell's id; null if it has none. */
  cell: string | null
  code: string
}

/** Cells without a common id are the same cell from this likeness on. */
const alikeFrom = 0.6
/** Beyond so many changed lines a difference is told as a whole: nobody reads it, and finding it takes long. */
const mostEdits = 2000

/** A cell with its code as it last ran, and how often it ran. */
interface Row {
  cell: string | null
  versions: ({ code: string; times: number } | null)[]
}

/**
 * Lays the executed cells of several runs side by side: by id, else by likeness. The order is that of the first
 * run; what only later ones have stands after the cell they ran it after.
 * @param runs the cells of each run in the order in which they ran; null where they are not known
 */
export function compareCells(runs: readonly (readonly RanCell[] | null)[]): ComparedCell[] {
  const rows: Row[] = []
  runs.forEach((ran, i) => {
    if (ran !== null) addRun(rows, lastVersions(ran), { place: i, runs: runs.length })
  })
  const known = runs.flatMap((ran, i) => (ran === null ? [] : [i]))
  return rows.map((row) => describe(row, known))
}

/** The lines of two texts, side by side. */
export function diffLines(before: string, after: string): LineChange[] {
  const [a, b] = [before.split(/\r?\n/), after.split(/\r?\n/)]
  const changes = diffArrays(a, b, { maxEditLength: mostEdits })
  if (changes === undefined) {
    return [
      { kind: 'removed', lines: a },
      { kind: 'added', lines: b },
    ]
  }
  return changes.map(({ value, added, removed }) => ({
    kind: added ? 'added' : removed ? 'removed' : 'same',
    lines: value,
  }))
}

/** How alike two texts are, from 0 to 1: Dice's coefficient of their words and signs, each as often as it stands there. */
export function likeness(a: string, b: string): number {
  return likenessOfWords(words(a), words(b))
}

type Words = ReadonlyMap<string, number>

function words(text: string): Words {
  const counts = new Map<string, number>()
  for (const word of text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [])
    counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

function likenessOfWords(a: Words, b: Words): number {
  const total = sum(a) + sum(b)
  if (total === 0) return 1
  let shared = 0
  for (const [word, count] of a) shared += Math.min(count, b.get(word) ?? 0)
  return (2 * shared) / total
}

function sum(counts: Words): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}

/** Each cell once, where it first ran. Cells without an id are the same if their code is. */
function lastVersions(ran: readonly RanCell[]): { cell: string | null; code: string; times: number }[] {
  const cells = new Map<string, { cell: string | null; code: string; times: number }>()
  for (const { cell, code } of ran) {
    const key = cell === null ? `code:${code}` : `id:${cell}`
    const known = cells.get(key)
    if (known === undefined) cells.set(key, { cell, code, times: 1 })
    else Object.assign(known, { code, times: known.times + 1 })
  }
  return [...cells.values()]
}

function addRun(
  rows: Row[],
  cells: readonly { cell: string | null; code: string; times: number }[],
  { place, runs }: { place: number; runs: number },
): void {
  const found = matchCells(rows, cells)
  let after = -1
  cells.forEach((cell, i) => {
    const version = { code: cell.code, times: cell.times }
    const row = found[i]
    if (row !== undefined) {
      row.versions[place] = version
      if (row.cell !== cell.cell) row.cell = null
      after = rows.indexOf(row)
      return
    }
    const versions = Array.from({ length: runs }, (_none, at) => (at === place ? version : null))
    rows.splice(++after, 0, { cell: cell.cell, versions })
  })
}

/** For each cell the row it belongs to: by id first, then the most alike of what is left. */
function matchCells(rows: readonly Row[], cells: readonly RanCell[]): (Row | undefined)[] {
  const byId = new Map(rows.flatMap((row) => (row.cell === null ? [] : [[row.cell, row] as const])))
  const found = cells.map(({ cell }) => (cell === null ? undefined : byId.get(cell)))
  const free = rows.filter((row) => !found.includes(row)).map((row) => ({ row, words: words(lastCode(row)) }))
  const pairs = cells.flatMap(({ code }, i) => {
    if (found[i] !== undefined) return []
    const own = words(code)
    return free.flatMap(({ row, words: other }) => {
      const alike = likenessOfWords(own, other)
      return alike >= alikeFrom ? [{ i, row, alike }] : []
    })
  })
  const taken = new Set<Row>()
  for (const { i, row } of pairs.sort((a, b) => b.alike - a.alike)) {
    if (found[i] !== undefined || taken.has(row)) continue
    found[i] = row
    taken.add(row)
  }
  return found
}

function lastCode(row: Row): string {
  return row.versions.findLast((version) => version !== null)?.code ?? ''
}

function describe(row: Row, known: readonly number[]): ComparedCell {
  const first = row.versions.find((version) => version !== null)
  const versions = row.versions.map((version): CellVersion | null => {
    if (version === null) return null
    const same = first === undefined || version.code === first.code
    return { ...version, changes: same ? null : diffLines(first.code, version.code) }
  })
  const everywhere = known.every((i) => versions[i] !== null)
  const changed = versions.some((version) => version !== null && version.changes !== null)
  return { cell: row.cell, state: !everywhere ? 'partly' : changed ? 'changed' : 'same', versions }
}
