import type { ChartColors } from './chart_colors.ts'

type Json = Record<string, unknown>

/** What Plotly's Python package gives every figure whose author chose no template: it is made for white paper. */
const defaultPlotColor = '#E5ECF6'

/**
 * A figure's layout in the colours of the theme, as wide as its cell. What its author chose stays: only the default
 * template is repainted, and only where a colour was not given.
 */
export function plotlyLayout(given: Json, theme: ChartColors): Json {
  const layout: Json = { autosize: true, ...given }
  if (!isDefault(layout)) return layout
  const { text, grid, muted, font } = theme
  const axis = { gridcolor: grid, linecolor: muted, zerolinecolor: grid, zerolinewidth: 1 }
  const clear = 'rgba(0,0,0,0)'
  const painted: Json = {
    paper_bgcolor: clear,
    plot_bgcolor: clear,
    font: { color: text, family: font },
    xaxis: axis,
    yaxis: axis,
    polar: { bgcolor: clear, angularaxis: axis, radialaxis: axis },
    ternary: { bgcolor: clear, aaxis: axis, baxis: axis, caxis: axis },
    scene: Object.fromEntries(
      ['xaxis', 'yaxis', 'zaxis'].map((name) => [
        name,
        { ...axis, backgroundcolor: clear, showbackground: false },
      ]),
    ),
    geo: { bgcolor: clear, lakecolor: clear, landcolor: clear, subunitcolor: grid },
    modebar: { bgcolor: clear, color: muted, activecolor: text },
    hoverlabel: { align: 'left' },
  }
  const template = asObject(layout['template'])
  return { ...layout, template: { ...template, layout: merge(asObject(template['layout']), painted) } }
}

function isDefault(layout: Json): boolean {
  const template = layout['template']
  if (template === undefined || template === null) return true
  return asObject(asObject(template)['layout'])['plot_bgcolor'] === defaultPlotColor
}

function merge(base: Json, over: Json): Json {
  const merged = { ...base }
  for (const [name, value] of Object.entries(over)) {
    const isBoth = isObject(value) && isObject(merged[name])
    merged[name] = isBoth ? merge(asObject(merged[name]), asObject(value)) : value
  }
  return merged
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asObject(value: unknown): Json {
  return isObject(value) ? value : {}
}
