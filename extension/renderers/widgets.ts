import { DOMWidgetModel } from '@jupyter-widgets/base'
import {
  makeRenderer,
  type OutputItem,
  type Renderer,
  type RendererContext,
  type Shown,
} from './output_item.ts'
import { onWidth } from './theme.ts'
import { WidgetLine } from './widget_line.ts'
import type { WidgetManager } from './widget_manager.ts'

/** VS Code calls this once, when the first widget of ipywidgets is to be shown. */
export function activate(context: RendererContext): Renderer {
  addStyle()
  const line = new WidgetLine(context)
  return makeRenderer((item, element) => draw(line, item, element))
}

async function draw(line: WidgetLine, item: OutputItem, element: HTMLElement): Promise<Shown> {
  const { model_id: id } = item.json() as { model_id?: unknown }
  if (typeof id !== 'string') throw new Error('This is no widget: it must name its model.')
  const manager = await line.manager()
  if (!(await isThere(manager, id)))
    throw new Error(
      'The kernel that held this widget is gone, or has closed it. Run the cell again; this is its text form:',
    )
  const why = manager.whyNot(id)
  if (why !== null) throw new Error(why)
  const model = await manager.get_model(id)
  if (!(model instanceof DOMWidgetModel)) throw new Error('This widget has nothing that can be seen:')
  const place = document.createElement('div')
  place.className = 'daybook-widget'
  element.append(place)
  const view = await manager.create_view(model)
  await manager.display_view(view, place)
  const stops = [
    onWidth(element, () => window.dispatchEvent(new Event('resize'))),
    line.onLost(() => {
      // What it shows stays; what it does would reach nobody.
      place.inert = true
      place.classList.add('daybook-lost')
      place.append('The kernel was restarted or stopped: run the cell again to use this widget.')
    }),
  ]
  return {
    dispose() {
      for (const stop of stops) stop()
      view.remove()
    },
  }
}

/** Whether a widget is known, or soon will be: it is told on another way than the cell's outputs. */
async function isThere(manager: WidgetManager, id: string): Promise<boolean> {
  for (let tries = 0; tries < 30; tries++) {
    if (manager.has_model(id)) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

function addStyle(): void {
  const link = document.createElement('link')
  link.rel = 'stylesheet'
  link.href = new URL('./widgets_style.css', import.meta.url).href
  document.head.append(link)
}
