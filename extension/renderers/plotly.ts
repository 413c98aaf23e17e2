import Plotly, { type Config, type Data, type Frame, type Layout } from 'plotly.js-dist-min'
import { makeRenderer, type OutputItem, type Renderer, type Shown } from './output_item.ts'
import { plotlyLayout } from './plotly_layout.ts'
import { onTheme, onWidth, readTheme } from './theme.ts'

/** VS Code calls this once, when the first chart of Plotly is to be shown. */
export function activate(): Renderer {
  return makeRenderer((item, element) => draw(item, element))
}

async function draw(item: OutputItem, element: HTMLElement): Promise<Shown> {
  const figure = parseFigure(item.json())
  const chart = document.createElement('div')
  element.append(chart)
  const { config } = figure
  const paint = async (): Promise<void> => {
    // Plotly writes into what it gets.
    const { data, layout } = structuredClone(figure)
    await Plotly.react(chart, data, plotlyLayout(layout, readTheme()) as Partial<Layout>, {
      displaylogo: false,
      ...config,
      responsive: false,
    })
    if (figure.frames.length > 0) await Plotly.addFrames(chart, structuredClone(figure.frames))
  }
  try {
    await paint()
  } catch (error) {
    Plotly.purge(chart)
    throw new Error(`Plotly cannot draw this figure: ${(error as Error).message}`, { cause: error })
  }
  const repaint = (): void => void paint().catch(reportError)
  const stops = [
    onTheme(repaint),
    onWidth(element, () => {
      if (typeof figure.layout['width'] !== 'number') Plotly.Plots.resize(chart)
    }),
  ]
  return {
    dispose() {
      for (const stop of stops) stop()
      Plotly.purge(chart)
    },
  }
}

interface Figure {
  data: Data[]
  layout: Record<string, unknown>
  config: Partial<Config>
  frames: Partial<Frame>[]
}

function parseFigure(value: unknown): Figure {
  const figure = asObject(value)
  const { data = [], frames } = figure
  if (!Array.isArray(data))
    throw new Error('This is no figure of Plotly: its "data" must be a list of traces')
  return {
    // What Plotly cannot use it says itself.
    data: data as Data[],
    layout: asObject(figure['layout']),
    config: asObject(figure['config']),
    frames: Array.isArray(frames) ? (frames as Partial<Frame>[]) : [],
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
