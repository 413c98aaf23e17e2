import type { DataSummary } from '../api/data_methods.ts'
import { findingLevels, type Finding, type FindingLevel } from '../base/finding.ts'
import { amount } from '../base/wording.ts'

/** What stands under one cell about one frame. */
export interface CellData {
  summary: DataSummary
  /** At most three that are more than `info`. */
  shown: readonly Finding[]
  /** How many are behind those. */
  smaller: number
}

/** At most so many findings of a frame are shown first. */
const mostShown = 3

/**
 * Where the findings of a notebook's frames are shown, by cell. A finding stands under the first cell (by place in
 * the notebook) that made a frame with it, and only as long as the newest look at the frame still has it: a fix in
 * a cell below takes it away above, and nothing is told twice.
 *
 * @param cells ids of the notebook's cells, in order
 */
export function placeFindings(
  summaries: readonly DataSummary[],
  cells: readonly string[],
): Map<string, CellData[]> {
  const placed = new Map<string, CellData[]>()
  const order = new Map(cells.map((cell, i) => [cell, i]))
  const isHere = ({ cell }: DataSummary): boolean => cell !== null && order.has(cell)
  const placeOf = ({ cell }: DataSummary): number => order.get(cell ?? '') ?? 0
  // A cell that is gone counts too: what it did to the frame is done.
  for (const frames of framesOf(summaries)) {
    const newest = frames.reduce((a, b) => (b.atMs >= a.atMs ? b : a))
    const still = new Set(newest.findings.map(keyOf))
    const told = new Set<string>()
    for (const summary of frames.filter(isHere).sort((a, b) => placeOf(a) - placeOf(b))) {
      const news = summary.findings.filter(
        (finding) => still.has(keyOf(finding)) && !told.has(keyOf(finding)),
      )
      for (const finding of news) told.add(keyOf(finding))
      const shown = news.filter(({ level }) => level !== 'info').slice(0, mostShown)
      const cell = summary.cell ?? ''
      placed.set(cell, [...(placed.get(cell) ?? []), { summary, shown, smaller: news.length - shown.length }])
    }
  }
  return placed
}

/**
 * The looks at each frame: of one name, one after the other. Where rows and columns both are others than before,
 * the name stands for another frame.
 */
function framesOf(summaries: readonly DataSummary[]): DataSummary[][] {
  const frames: DataSummary[][] = []
  for (const looks of Map.groupBy(summaries, ({ name }) => name).values()) {
    let before: DataSummary | null = null
    for (const look of [...looks].sort((a, b) => a.atMs - b.atMs)) {
      const isOther: boolean = before?.rows !== look.rows && before?.columns !== look.columns
      if (isOther) frames.push([look])
      else frames.at(-1)?.push(look)
      before = look
    }
  }
  return frames
}

/** The findings to show first, and how many are behind them, of data that stands alone. */
export function firstFindings(summary: DataSummary): CellData {
  const shown = summary.findings.filter(({ level }) => level !== 'info').slice(0, mostShown)
  return { summary, shown, smaller: summary.findings.length - shown.length }
}

/** `people 48,842 × 15 · 3 to look at, +5 smaller`. */
export function describeCellData({ summary, shown, smaller }: CellData): string {
  return `${summary.name} ${amount(summary.rows)} × ${amount(summary.columns)}${describeCounts(shown.length, smaller)}`
}

function describeCounts(shown: number, smaller: number): string {
  if (shown === 0) return smaller === 0 ? ' · nothing to look at' : ` · ${smaller} small`
  return ` · ${shown} to look at${smaller === 0 ? '' : `, +${smaller} smaller`}`
}

/** The gravest level among findings; null for none. */
export function worstLevel(findings: readonly Finding[]): FindingLevel | null {
  return findingLevels.find((level) => findings.some((finding) => finding.level === level)) ?? null
}

/** How a level is called. */
export const levelNames: Readonly<Record<FindingLevel, string>> = { stop: 'Stop', warn: 'Look', info: 'Note' }

/** The columns that a finding is about; none if it is about the whole table. */
export function columnsOfFinding({ where }: Pick<Finding, 'where'>): readonly string[] {
  return where.kind === 'columns' || where.kind === 'rows' ? where.columns : []
}

/** Says the same of two looks at one frame, whatever the numbers are. */
function keyOf(finding: Finding): string {
  return JSON.stringify([finding.rule, ...columnsOfFinding(finding)])
}
