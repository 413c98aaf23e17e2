import { basename, relative } from 'node:path'
import * as vscode from 'vscode'
import { formatBytes } from '../shared/base/quantity.ts'
import type { Daemon } from './daemon.ts'
import type { Daemons } from './daemons.ts'
import { tellProblem } from './problem_message.ts'

/** What the status bar says about the project in front. */
interface Standing {
  kernels: number
  busy: number
  memoryBytes: number
  /** Paused notebooks, relative to the project. */
  paused: readonly string[]
}

/** How often memory is looked at again. */
const lookEveryMs = 30_000

/**
 * The one item in the status bar: what is tracked, where it goes, how many kernels run and what memory they
 * hold. A click pauses the notebook in front, or stops everything.
 */
export class StatusBar implements vscode.Disposable {
  readonly #daemons: Daemons
  readonly #item = vscode.window.createStatusBarItem('daybook', vscode.StatusBarAlignment.Left, 10)
  readonly #listeners: { dispose(): unknown }[]
  readonly #timer: NodeJS.Timeout
  #stops: (() => void)[] = []
  #standing: Standing | null = null
  /** Of two answers under way, only the one that was asked last counts. */
  #asked = 0

  constructor(daemons: Daemons) {
    this.#daemons = daemons
    this.#item.name = 'Daybook'
    this.#item.command = 'daybook.showMenu'
    this.#listeners = [
      this.#item,
      daemons.onCurrent(() => this.#follow()),
      vscode.window.onDidChangeActiveNotebookEditor(() => this.#render()),
    ]
    this.#timer = setInterval(() => void this.#look(), lookEveryMs)
    this.#follow()
  }

  /** What can be done from here. */
  async showMenu(): Promise<void> {
    const daemon = this.#daemons.current
    const notebook = this.#notebook()
    const picks: (vscode.QuickPickItem & { work(): unknown })[] = []
    if (daemon !== null && notebook !== null) {
      const isPaused = this.#standing?.paused.includes(notebook) === true
      const name = basename(notebook)
      picks.push({
        label: isPaused ? `$(play) Track ${name} again` : `$(debug-pause) Pause the tracking of ${name}`,
        detail: isPaused
          ? 'New runs of its cells are recorded again.'
          : 'Its cells run on; new runs are not recorded.',
        work: () => daemon.call('tracking.setPaused', { notebook, paused: !isPaused }),
      })
    }
    picks.push({
      label: '$(list-flat) Show runs and kernels',
      work: () => vscode.commands.executeCommand('daybook.runs.focus'),
    })
    if (daemon !== null && daemon.state.kind !== 'idle') {
      picks.push({
        label: '$(debug-stop) Stop everything',
        detail: `Ends ${count(this.#standing?.kernels ?? 0, 'kernel')} and Daybook's own processes. What was recorded stays.`,
        work: () => stopEverything(daemon, this.#standing),
      })
    }
    picks.push({
      label: '$(output) Show the log',
      work: () => vscode.commands.executeCommand('daybook.showLog'),
    })
    const pick = await vscode.window.showQuickPick(picks, {
      title: 'Daybook',
      placeHolder: this.#where(daemon),
    })
    await pick?.work()
  }

  dispose(): void {
    clearInterval(this.#timer)
    for (const stop of this.#stops) stop()
    for (const listener of this.#listeners) listener.dispose()
  }

  #follow(): void {
    for (const stop of this.#stops) stop()
    this.#standing = null
    const daemon = this.#daemons.current
    const look = (): void => void this.#look()
    this.#stops =
      daemon === null
        ? []
        : [
            daemon.onState(() => this.#render()),
            daemon.onChange('kernels.changed', look),
            daemon.onChange('notebooks.changed', look),
          ]
    this.#render()
    look()
  }

  async #look(): Promise<void> {
    const daemon = this.#daemons.current
    if (daemon?.state.kind !== 'ready') return
    const asked = ++this.#asked
    try {
      const [kernels, memory, { paused }] = await Promise.all([
        daemon.call('kernels.list', {}),
        daemon.call('kernels.memory', {}),
        daemon.call('tracking.state', {}),
      ])
      if (asked !== this.#asked || daemon !== this.#daemons.current) return
      const living = kernels.filter(({ state }) => state !== 'dead')
      this.#standing = {
        kernels: living.length,
        busy: living.filter(({ state }) => state === 'busy').length,
        memoryBytes: memory.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
        paused,
      }
      this.#render()
    } catch {
      // The line broke meanwhile: its state is shown, and this is asked again when it stands.
    }
  }

  #render(): void {
    const daemon = this.#daemons.current
    const { text, isBad } = this.#words(daemon)
    this.#item.text = text
    this.#item.backgroundColor = isBad ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined
    this.#item.tooltip = this.#tooltip(daemon)
    this.#item.show()
  }

  #words(daemon: Daemon | null): { text: string; isBad: boolean } {
    const state = daemon?.state.kind ?? 'idle'
    if (state === 'failed') return { text: '$(error) Daybook did not start', isBad: true }
    if (state === 'lost') return { text: '$(sync~spin) Daybook reconnects', isBad: false }
    if (state === 'starting') return { text: '$(loading~spin) Daybook', isBad: false }
    const notebook = this.#notebook()
    const isPaused = notebook !== null && this.#standing?.paused.includes(notebook) === true
    const tracked = isPaused
      ? '$(debug-pause) Not tracked'
      : state === 'ready'
        ? '$(graph-line) Tracked'
        : '$(graph-line) Daybook'
    const { kernels = 0, memoryBytes = 0 } = this.#standing ?? {}
    const running =
      state === 'ready' && kernels > 0 ? ` · ${count(kernels, 'kernel')} ${formatBytes(memoryBytes)}` : ''
    return { text: tracked + running, isBad: false }
  }

  #tooltip(daemon: Daemon | null): vscode.MarkdownString {
    const text = new vscode.MarkdownString()
    if (daemon?.state.kind === 'failed') {
      const { message, hint } = daemon.state.problem
      return text.appendText(hint === undefined ? message : `${message}\n\n${hint}`)
    }
    text.appendText(this.#where(daemon))
    const { kernels = 0, busy = 0, memoryBytes = 0, paused = [] } = this.#standing ?? {}
    if (kernels > 0)
      text.appendText(`\n\n${count(kernels, 'kernel')} (${busy} busy), ${formatBytes(memoryBytes)} of memory`)
    if (paused.length > 0) text.appendText(`\n\nPaused: ${paused.join(', ')}`)
    return text
  }

  #where(daemon: Daemon | null): string {
    if (daemon === null) return 'Open a folder or a notebook: nothing is tracked yet'
    const other = process.env['MLFLOW_TRACKING_URI']
    const mlflow =
      other === undefined || other === '' ? '' : ` What mlflow logs goes to ${other}, as you have set it.`
    return `Runs are kept in ${basename(daemon.root)}/.daybook on this computer; nothing leaves it.${mlflow}`
  }

  /** The notebook in front, as its project names it. */
  #notebook(): string | null {
    const daemon = this.#daemons.current
    const uri = vscode.window.activeNotebookEditor?.notebook.uri
    return daemon === null || uri?.scheme !== 'file' ? null : relative(daemon.root, uri.fsPath)
  }
}

async function stopEverything(daemon: Daemon, standing: Standing | null): Promise<void> {
  const busy = standing?.busy ?? 0
  if (busy > 0) {
    const detail = `${count(busy, 'kernel')} busy: what their cells have computed is lost.`
    const answer = await vscode.window.showWarningMessage('Stop everything?', { modal: true, detail }, 'Stop')
    if (answer !== 'Stop') return
  }
  await vscode.window
    .withProgress({ location: vscode.ProgressLocation.Window, title: 'Stopping Daybook' }, () =>
      daemon.stopAll(),
    )
    .then(undefined, tellProblem)
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}
