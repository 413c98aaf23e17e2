import { None } from 'vega'
import embed, { type EmbedOptions, type Result, type VisualizationSpec } from 'vega-embed'
import { makeRenderer, type OutputItem, type Renderer, type Shown } from './output_item.ts'
import type { ChartColors } from './chart_colors.ts'
import { onTheme, onWidth, readTheme } from './theme.ts'

/** VS Code calls this once, when the first chart of Vega or Vega-Lite is to be shown. */
export function activate(): Renderer {
  addStyle()
  return makeRenderer((item, element) => draw(item, element))
}

async function draw(item: OutputItem, element: HTMLElement): Promise<Shown> {
  const spec = parseSpec(item.json())
  const chart = document.createElement('div')
  // A chart keeps the size that its author gave it, whatever the cell's.
  chart.style.cssText = 'overflow-x: auto; max-width: 100%'
  element.append(chart)
  const mode = /vega-?lite/.test(item.mime) ? 'vega-lite' : 'vega'
  let shown = await paint(chart, spec, mode)
  const stops = [
    onTheme(() => {
      shown.finalize()
      paint(chart, spec, mode)
        .then((result) => (shown = result))
        .catch(reportError)
    }),
    // Charts as wide as their cell ("width": "container") heed the window only.
    onWidth(element, () => window.dispatchEvent(new Event('resize'))),
  ]
  return {
    dispose() {
      for (const stop of stops) stop()
      shown.finalize()
    },
  }
}

async function paint(
  chart: HTMLElement,
  spec: VisualizationSpec,
  mode: 'vega' | 'vega-lite',
): Promise<Result> {
  const options: EmbedOptions = {
    mode,
    // Expressions are interpreted, so that no code is made of what a notebook holds.
    ast: true,
    actions: { export: true, source: false, compiled: false, editor: false },
    config: configOf(readTheme()),
    renderer: 'canvas',
    logLevel: None,
    tooltip: { theme: readTheme().isDark ? 'dark' : 'light' },
  }
  try {
    return await embed(chart, structuredClone(spec), options)
  } catch (error) {
    throw new Error(`Vega cannot draw this chart: ${(error as Error).message}`, { cause: error })
  }
}

/** Colours of the theme; what the chart's author chose goes before them. */
function configOf({
  text,
  muted,
  grid,
  font,
}: ChartColors): NonNullable<Exclude<EmbedOptions['config'], string>> {
  return {
    background: 'transparent',
    title: { color: text, subtitleColor: muted, font, subtitleFont: font },
    style: {
      'guide-label': { fill: text, font },
      'guide-title': { fill: text, font },
      cell: { stroke: grid },
    },
    axis: { domainColor: muted, gridColor: grid, tickColor: muted, labelFont: font, titleFont: font },
    legend: { labelFont: font, titleFont: font },
    view: { stroke: grid },
    text: { fill: text, font },
    rule: { stroke: text },
  }
}

/** The menu of a chart in the editor's colours. */
function addStyle(): void {
  const style = document.createElement('style')
  style.textContent = `
    .vega-embed .vega-actions {
      background: var(--vscode-menu-background); border-color: var(--vscode-widget-border);
      box-shadow: 0 2px 8px var(--vscode-widget-shadow);
    }
    .vega-embed .vega-actions::before, .vega-embed .vega-actions::after { display: none }
    .vega-embed .vega-actions a { color: var(--vscode-menu-foreground) }
    .vega-embed .vega-actions a:hover { background: var(--vscode-list-hoverBackground) }
    .vega-embed summary { color: var(--vscode-foreground) }
    .vega-embed:not(:hover, :focus-within) summary { opacity: 0 }`
  // Behind the one that comes with the first chart.
  document.body.append(style)
}

function parseSpec(value: unknown): VisualizationSpec {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new Error('This is no chart of Vega: it must be an object')
}
