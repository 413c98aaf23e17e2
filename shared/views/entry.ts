import type { Client } from '../api/client.ts'
import { openLastingClient } from '../api/lasting_client.ts'
import type { Wire } from '../api/wire.ts'
import type { Page, PageParts, ViewHost } from './host.ts'
import { DeployForm } from './deploy_form.ts'
import { DeploymentAudit } from './deployment_audit.ts'
import { DeploymentList } from './deployment_list.ts'
import { DeploymentPage } from './deployment_page.ts'
import { DeploymentRetrain } from './deployment_retrain.ts'
import { DeploymentShadow } from './deployment_shadow.ts'
import { DeploymentTry } from './deployment_try.ts'
import { DeploymentWatch } from './deployment_watch.ts'
import { LineChart } from './chart.ts'
import { ComparePage } from './compare_page.ts'
import { Curves } from './curves.ts'
import { DataOfRun } from './data_of_run.ts'
import { DataList } from './data_list.ts'
import { DataReport } from './data_report.ts'
import { DataRowsView } from './data_rows.ts'
import { ManyRuns } from './many_runs.ts'
import { Notes } from './notes.ts'
import { PromoteForm } from './promote_form.ts'
import { RunCodeView } from './run_code.ts'
import { RunFiles } from './run_files.ts'
import { RunPage } from './run_page.ts'
import { RunsTable } from './runs_table.ts'
import { SearchBox } from './search_box.ts'
import { StudyChart } from './study_chart.ts'
import { StudyForm } from './study_form.ts'
import { StudyList } from './study_list.ts'
import { StudyPage } from './study_page.ts'
import { StudySpace } from './study_space.ts'
import { StudyTrials } from './study_trials.ts'
import { TableGrid } from './table_grid.ts'

export type { Page, ViewHost } from './host.ts'

/** What a host gives to show a page. */
export interface OpenViews {
  /** Where it goes; it is emptied first. Fills it: give it a height. */
  root: HTMLElement
  /** Opens a line to the daemon; called again whenever the line was lost. */
  connect(): Promise<Wire>
  page: Page
  host: ViewHost
}

/** A page that is shown. */
export interface OpenedViews {
  client: Client
  show(page: Page): void
  close(): void
}

/**
 * Registers all elements and shows a page. A host does three things: it loads `tokens.css` and its own mapping of
 * colours (`vscode.css`, `browser.css`), gives `connect` (a `Wire`: two functions over postMessage or a WebSocket),
 * and a `ViewHost` that opens other pages, keeps a page's state and saves files.
 *
 *     openViews({ root: document.body, connect, page: { kind: 'runs' }, host })
 *
 * Pages: `runs` (the table), `run` (one run), `compare` (two to twenty), `studies`, `study`, `tune` (a new study), `data`
 * (what was found in data), `deployments`, `deployment` (a model that answers requests). In a content security policy the bundle
 * needs `script-src` for itself, `style-src 'unsafe-inline'`, `img-src data: blob:`, and nothing of the network.
 */
export function openViews({ root, connect, page, host }: OpenViews): OpenedViews {
  registerElements()
  const client = openLastingClient(connect)
  const show = (next: Page): void => showPage(root, next, { client, host })
  show(page)
  return {
    client,
    show,
    close: () => {
      root.replaceChildren()
      client.close()
    },
  }
}

/** Puts a page in the place of what stands there. The elements must be known. */
export function showPage(root: HTMLElement, page: Page, parts: PageParts): void {
  root.replaceChildren(elementOf(page, parts))
}

/** Makes the elements known to the page; may be called twice. */
export function registerElements(): void {
  const elements = {
    'daybook-compare-page': ComparePage,
    'daybook-curves': Curves,
    'daybook-data-list': DataList,
    'daybook-data-of-run': DataOfRun,
    'daybook-data-report': DataReport,
    'daybook-data-rows': DataRowsView,
    'daybook-deploy-form': DeployForm,
    'daybook-deployment-audit': DeploymentAudit,
    'daybook-deployment-list': DeploymentList,
    'daybook-deployment-page': DeploymentPage,
    'daybook-deployment-retrain': DeploymentRetrain,
    'daybook-deployment-shadow': DeploymentShadow,
    'daybook-deployment-try': DeploymentTry,
    'daybook-deployment-watch': DeploymentWatch,
    'daybook-many-runs': ManyRuns,
    'daybook-line-chart': LineChart,
    'daybook-notes': Notes,
    'daybook-promote-form': PromoteForm,
    'daybook-run-code': RunCodeView,
    'daybook-run-files': RunFiles,
    'daybook-run-page': RunPage,
    'daybook-runs-table': RunsTable,
    'daybook-search-box': SearchBox,
    'daybook-study-chart': StudyChart,
    'daybook-study-form': StudyForm,
    'daybook-study-list': StudyList,
    'daybook-study-page': StudyPage,
    'daybook-study-space': StudySpace,
    'daybook-study-trials': StudyTrials,
    'daybook-table-grid': TableGrid,
  }
  for (const [name, element] of Object.entries(elements)) {
    if (customElements.get(name) === undefined) customElements.define(name, element)
  }
}

function elementOf(page: Page, { client, host }: PageParts): HTMLElement {
  switch (page.kind) {
    case 'runs':
      return make('daybook-runs-table', { client, host, experiment: page.experiment ?? null })
    case 'run':
      return make('daybook-run-page', { client, host, run: page.id })
    case 'compare':
      return make('daybook-compare-page', { client, host, ids: page.ids })
    case 'studies':
      return make('daybook-study-list', { client, host })
    case 'study':
      return make('daybook-study-page', { client, host, study: page.id })
    case 'tune':
      return make('daybook-study-form', { client, host, notebook: page.notebook })
    case 'data':
      return page.id === undefined
        ? make('daybook-data-list', { client, host })
        : make('daybook-data-report', { client, host, report: page.id })
    case 'deployments':
      return make('daybook-deployment-list', { client, host })
    case 'deployment':
      return make('daybook-deployment-page', { client, host, deployment: page.name })
  }
}

function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(name), properties)
}

declare global {
  interface HTMLElementTagNameMap {
    'daybook-compare-page': ComparePage
    'daybook-data-list': DataList
    'daybook-data-report': DataReport
    'daybook-deployment-list': DeploymentList
    'daybook-deployment-page': DeploymentPage
    'daybook-line-chart': LineChart
    'daybook-run-page': RunPage
    'daybook-runs-table': RunsTable
    'daybook-search-box': SearchBox
    'daybook-study-form': StudyForm
    'daybook-study-list': StudyList
    'daybook-study-page': StudyPage
    'daybook-table-grid': TableGrid
  }
}
