/** The colours of VS Code's theme that charts are drawn in. */
export interface ChartColors {
  /** Whether texts are lighter than what is behind them. */
  isDark: boolean
  isHighContrast: boolean
  text: string
  muted: string
  background: string
  grid: string
  font: string
}
