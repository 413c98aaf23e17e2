import * as vscode from 'vscode'
import { Problem } from '../shared/base/problem.ts'

/** Tells a failure as a message: what went wrong and what to do about it. What was cancelled says nothing. */
export function tellProblem(error: unknown): void {
  if (error instanceof Problem && error.code === 'cancelled') return
  const hint = error instanceof Problem && error.hint !== undefined ? ` ${error.hint}` : ''
  const message = error instanceof Error ? error.message : String(error)
  void vscode.window.showErrorMessage(`Daybook: ${message}.${hint}`.replace('..', '.'))
}

/** Registers a command whose failures are told. */
export function command(id: string, work: (...args: never[]) => unknown): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: never[]) => {
    try {
      return await work(...args)
    } catch (error) {
      tellProblem(error)
      return undefined
    }
  })
}
