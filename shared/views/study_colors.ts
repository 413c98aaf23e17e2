import type { StudyLook } from './study_look.ts'

/** Matplotlib's viridis (van der Walt and Smith, 2015; CC0) in nine steps. */
const viridis = [
  '#440154',
  '#482878',
  '#3e4989',
  '#31688e',
  '#26828e',
  '#1f9e89',
  '#35b779',
  '#6ece58',
  '#b5de2b',
]

/** Reads the tokens where an element stands. */
export function lookOf(place: HTMLElement): StudyLook {
  const style = getComputedStyle(place)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  const [muted, border] = [token('--db-muted'), token('--db-border')]
  return {
    text: token('--db-text'),
    muted,
    border,
    strong: token('--db-border-strong'),
    accent: token('--db-accent'),
    good: token('--db-good'),
    bad: token('--db-bad'),
    warn: token('--db-warn'),
    background: token('--db-bg'),
    series: (n) => token(`--db-series-${(n % 8) + 1}`),
    scale: isDark(style.backgroundColor) ? viridis : [...viridis].reverse(),
    tooltip: {
      confine: true,
      backgroundColor: token('--db-raised'),
      borderColor: token('--db-border-strong'),
      textStyle: { color: token('--db-text'), fontSize: 12 },
    },
    axis: {
      axisLine: { lineStyle: { color: border } },
      axisTick: { show: false },
      axisLabel: { color: muted, fontSize: 10, hideOverlap: true },
      splitLine: { lineStyle: { color: border } },
      nameTextStyle: { color: muted, fontSize: 11 },
    },
  }
}

/** Whether a colour, as a browser tells it, is nearer to black. */
function isDark(color: string): boolean {
  const [red = 255, green = 255, blue = 255] = (color.match(/[\d.]+/g) ?? []).map(Number)
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128
}
