import * as vscode from 'vscode'
import type { Daemon } from './daemon.ts'
import type { Daemons } from './daemons.ts'
import { headlineOf } from './runs_tree.ts'

/** Remembers, over all folders, that the toast was shown. */
const toldKey = 'firstRunTold'

/** After a user's first run, once in his life: says what was recorded, and that nothing left the computer. */
export function firstRunToast(daemons: Daemons, memory: vscode.Memento): vscode.Disposable {
  let stop: (() => void) | null = null
  const follow = (): void => {
    stop?.()
    const daemon = daemons.current
    stop = daemon?.onChange('runs.changed', () => void look(daemon).catch(() => null)) ?? null
  }
  const listener = daemons.onCurrent(follow)
  const end = (): void => {
    stop?.()
    listener.dispose()
  }
  const look = async (daemon: Daemon): Promise<void> => {
    if (memory.get(toldKey) === true) return end()
    const { rows } = await daemon.call('runs.window', { limit: 1 })
    const [row] = rows
    // Runs from before the editor are no news.
    if (row?.kind !== 'run' || row.endMs === null || Date.now() - row.endMs > 60_000) return
    await memory.update(toldKey, true)
    end()
    const headline = headlineOf(row)
    const what = headline === '' ? row.name : `${row.name}, ${headline}`
    const message = `Recorded: ${what}. Parameters, metrics and code are kept in .daybook of this folder; nothing has left this computer.`
    const answer = await vscode.window.showInformationMessage(message, 'Open Run')
    if (answer === 'Open Run')
      await vscode.commands.executeCommand('daybook.openRun', { kind: 'run', daemon, row })
  }
  if (memory.get(toldKey) !== true) follow()
  return new vscode.Disposable(end)
}
