/** The colours of a host as a canvas can use them. */
export interface StudyLook {
  text: string
  muted: string
  border: string
  strong: string
  accent: string
  good: string
  bad: string
  warn: string
  background: string
  series(n: number): string
  /** Bad to good: told apart by lightness alone, the best the furthest from the background. */
  scale: readonly string[]
  tooltip: Record<string, unknown>
  /** Looks of an axis. */
  axis: Record<string, unknown>
}

/** What a chart shows, once the colours of its host are known. */
export type Picture = (look: StudyLook) => Record<string, unknown>
