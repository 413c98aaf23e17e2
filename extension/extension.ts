import { join } from 'node:path'
import * as vscode from 'vscode'
import { Daemons } from './daemons.ts'

/** What other extensions, and tests, get from this one. */
export interface DaybookApi {
  daemons: Daemons
}

/** Puts the extension together: the only composition root in extension/. */
export function activate(context: vscode.ExtensionContext): DaybookApi {
  const output = vscode.window.createOutputChannel('Daybook', { log: true })
  const program = join(context.extensionPath, 'programs', 'daybook.mjs')
  const daemons = new Daemons({ program, log: (message) => output.info(message) })
  context.subscriptions.push(output, daemons)
  return { daemons }
}
