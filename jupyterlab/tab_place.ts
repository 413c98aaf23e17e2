import type { JupyterFrontEnd } from '@jupyterlab/application'
import { TabPanel, type Widget } from '@lumino/widgets'
import { daybookIcon } from './icon.ts'

/** A tab of ours that is not shown yet. */
export interface NewTab {
  id: string
  label: string
  caption: string
  /** What fills it. */
  content: Widget
}

/** Puts a tab where this front end has its documents, and shows it. */
export function addTab(app: JupyterFrontEnd, tab: Widget, { id, label, caption, content }: NewTab): void {
  tab.id = id
  tab.title.label = label
  tab.title.caption = caption
  tab.title.icon = daybookIcon
  tab.title.closable = true
  // Notebook 7 has a single document in its middle: its tabs stand below that.
  const area = app.name === 'Jupyter Notebook' ? 'down' : 'main'
  if (area === 'down') content.node.style.minHeight = '45vh'
  app.shell.add(tab, area)
  showTab(app, tab)
}

/** Brings a tab to the front. */
export function showTab(app: JupyterFrontEnd, tab: Widget): void {
  app.shell.activateById(tab.id)
  // A panel below the notebook is opened by that, but not turned to the tab.
  const panel = tab.parent?.parent
  if (panel instanceof TabPanel) panel.currentWidget = tab
}
