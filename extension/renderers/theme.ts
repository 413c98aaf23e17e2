import type { ChartColors } from './chart_colors.ts'

/** Reads the theme as it is now. */
export function readTheme(): ChartColors {
  const style = getComputedStyle(document.documentElement)
  const read = (name: string): string => style.getPropertyValue(`--vscode-${name}`).trim()
  const kinds = document.body.classList
  const isHighContrast =
    kinds.contains('vscode-high-contrast') || kinds.contains('vscode-high-contrast-light')
  const isDark =
    kinds.contains('vscode-dark') ||
    (kinds.contains('vscode-high-contrast') && !kinds.contains('vscode-high-contrast-light'))
  const text = read('foreground') || (isDark ? '#cccccc' : '#333333')
  return {
    isDark,
    isHighContrast,
    text,
    muted: isHighContrast ? text : read('descriptionForeground') || text,
    background: read('editor-background') || (isDark ? '#1f1f1f' : '#ffffff'),
    grid: faint(text, isHighContrast ? 0.5 : 0.18),
    font: read('font-family') || 'sans-serif',
  }
}

/** A colour of the theme as thin as lines behind data should be. Charts know no `color-mix`. */
function faint(hex: string, opacity: number): string {
  const [, r, g, b] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(hex) ?? []
  if (r === undefined || g === undefined || b === undefined) return hex
  return `rgba(${[r, g, b].map((part) => parseInt(part, 16)).join(', ')}, ${opacity})`
}

/** Told when the user chooses another theme. Returns a function that stops it. */
export function onTheme(listener: () => void): () => void {
  let last = JSON.stringify(readTheme())
  const observer = new MutationObserver(() => {
    const now = JSON.stringify(readTheme())
    if (now === last) return
    last = now
    listener()
  })
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] })
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] })
  return () => observer.disconnect()
}

/** Told when an element gets another width. Returns a function that stops it. */
export function onWidth(element: HTMLElement, listener: (widthPx: number) => void): () => void {
  let last = element.clientWidth
  const observer = new ResizeObserver(() => {
    const width = element.clientWidth
    // A hidden cell has none.
    if (width === last || width === 0) return
    last = width
    listener(width)
  })
  observer.observe(element)
  return () => observer.disconnect()
}
