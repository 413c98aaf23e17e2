import { join } from 'node:path'
import * as vscode from 'vscode'
import type { Page } from '../shared/views/host.ts'
import { CellRuns } from './cell_runs.ts'
import { StaleMarks } from './cell_stale.ts'
import { Daemons } from './daemons.ts'
import { dataCommands } from './data/data_commands.ts'
import { DataTree } from './data/data_tree.ts'
import { findingActions } from './data/finding_actions.ts'
import { FindingMarks } from './data/finding_marks.ts'
import { FrameFindings } from './data/frame_findings.ts'
import { examplePackages, showPendingExample, tryExample, useMyNotebook } from './example.ts'
import { deploymentCommands } from './deployments/deployment_commands.ts'
import { DeploymentsTree } from './deployments/deployments_tree.ts'
import { offerEnvironment } from './environment.ts'
import { firstRunToast } from './first_run.ts'
import { kernelCommands } from './kernel_commands.ts'
import { KernelsTree } from './kernels_tree.ts'
import { alertNotices } from './monitor/alert_notices.ts'
import { monitoringCommands } from './monitor/monitoring_commands.ts'
import { MonitoringTree } from './monitor/monitoring_tree.ts'
import { ReportPanels, reportPanelType } from './monitor/report_panels.ts'
import { offersOurKernels } from './notebook/foreign_kernel.ts'
import { languageHelp } from './notebook/language_help.ts'
import { notebookCommands } from './notebook/notebook_commands.ts'
import { Notebooks } from './notebook/notebooks.ts'
import { VariablesView } from './notebook/variables_view.ts'
import { WidgetMessages } from './notebook/widget_messages.ts'
import { watchForPython } from './no_python.ts'
import { noticesOfLongCells } from './notices.ts'
import { PagePanels, panelType } from './pages/page_panel.ts'
import { command, tellProblem } from './problem_message.ts'
import { interpreterFollowsKernel } from './python/interpreter.ts'
import { runCommands } from './run_commands.ts'
import { RunsTree } from './runs_tree.ts'
import { StatusBar } from './status_bar.ts'
import { StudiesTree } from './training/studies_tree.ts'
import { studyCommands } from './training/study_commands.ts'

/** What other extensions, and tests, get from this one. */
export interface DaybookApi {
  daemons: Daemons
  notebooks: Notebooks
  cellRuns: CellRuns
  staleMarks: StaleMarks
  runs: RunsTree
  kernels: KernelsTree
  data: DataTree
  findings: FrameFindings
  monitoring: MonitoringTree
  deployments: DeploymentsTree
}

/** Puts the extension together: the only composition root in extension/. */
export function activate(context: vscode.ExtensionContext): DaybookApi {
  const output = vscode.window.createOutputChannel('Daybook', { log: true })
  const log = (message: string): void => output.info(message)
  const program = join(context.extensionPath, 'programs', 'daybook.mjs')
  const daemons = new Daemons({ program, log })
  const notebooks = new Notebooks({ daemons, memory: context.workspaceState, log })
  const variables = new VariablesView(() => notebooks.active)
  const panels = new PagePanels({ context, daemons })
  const open = (page: Page): void => {
    if (daemons.current !== null) panels.open(daemons.current, page)
  }
  const runs = new RunsTree(daemons)
  const kernels = new KernelsTree(daemons)
  const studies = new StudiesTree(daemons)
  const data = new DataTree(daemons)
  const monitoring = new MonitoringTree(daemons)
  const deployments = new DeploymentsTree(daemons)
  const findings = new FrameFindings(daemons)
  const cellRuns = new CellRuns(daemons)
  const staleMarks = new StaleMarks(context.workspaceState)
  const statusBar = new StatusBar(daemons)
  const example = { context, daemons, log, changed: refreshKernels }

  context.subscriptions.push(output, daemons, notebooks, variables, runs, kernels, studies, statusBar)
  runs.show('daybook.runs')
  kernels.show('daybook.kernels')
  studies.show('daybook.training')
  data.show('daybook.data')
  deployments.show('daybook.deployments')
  const alerts = monitoring.show('daybook.monitoring')
  const reports = new ReportPanels(daemons)
  context.subscriptions.push(
    ...runCommands({ tree: runs, openPage: (daemon, page) => panels.open(daemon, page) }),
    ...kernelCommands(kernels),
    ...studyCommands({ tree: studies, daemons, openPage: (daemon, page) => panels.open(daemon, page) }),
    ...dataCommands({ daemons, tree: data, openPage: (daemon, page) => panels.open(daemon, page) }),
    ...deploymentCommands({
      ...{ tree: deployments, daemons },
      openPage: (daemon, page) => panels.open(daemon, page),
    }),
    deployments,
    ...monitoringCommands({
      ...{ daemons, reports, tree: monitoring },
      openPage: (daemon, page) => panels.open(daemon, page),
    }),
    alertNotices({
      ...{ daemons, tree: monitoring, view: alerts, memory: context.workspaceState },
      openPage: (daemon, page) => panels.open(daemon, page),
    }),
    monitoring,
    ...findingActions(),
    data,
    findings,
    new FindingMarks(findings),
    ...notebookCommands(notebooks),
    ...languageHelp((notebook) => notebooks.linkOf(notebook)),
    new WidgetMessages(notebooks, log),
    notebooks.onChange(() => variables.refresh()),
    vscode.window.onDidChangeActiveNotebookEditor(() => variables.refresh()),
    vscode.window.registerWebviewPanelSerializer(panelType, panels),
    vscode.window.registerWebviewPanelSerializer(reportPanelType, reports),
    firstRunToast(daemons, context.globalState),
    command('daybook.openRuns', () => open({ kind: 'runs' })),
    noticesOfLongCells(),
    offersOurKernels({ notebooks, memory: context.workspaceState }),
    interpreterFollowsKernel({ notebooks, memory: context.workspaceState, log }),
    watchForPython(daemons),
    cellRuns,
    staleMarks,
    command('daybook.tryExample', () => tryExample(example)),
    command('daybook.useMyNotebook', () => useMyNotebook()),
    command('daybook.makeEnvironment', async () => {
      const daemon = daemons.current
      if (daemon === null) return
      const packages = [...examplePackages]
      await offerEnvironment(example, daemon, { folder: daemon.root, packages, why: 'A new environment' })
    }),
    command('daybook.openWalkthrough', () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#start`),
    ),
    command('daybook.showMenu', () => statusBar.showMenu()),
    command('daybook.showLog', () => output.show()),
  )
  showPendingExample(example).catch(tellProblem)
  return { daemons, notebooks, cellRuns, staleMarks, runs, kernels, data, findings, monitoring, deployments }

  function refreshKernels(): void {
    kernels.refresh()
    notebooks.refresh().catch(tellProblem)
  }
}
