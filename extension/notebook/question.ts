import * as vscode from 'vscode'
import type { CellInput } from '../../shared/api/cell_methods.ts'

/** A question of a running cell, as long as it stands. */
export interface Question {
  /** It was answered, or stands no more. */
  dispose(): void
}

/** What asking needs. */
export interface QuestionParts {
  input: CellInput
  /** Where it comes from: `income.ipynb, cell 3`. */
  title: string
  answer(value: string): void
  interrupt(): void
}

/**
 * Asks what a cell asks. Putting the box away loses nothing: the cell waits, and a message offers to answer or to
 * interrupt it.
 */
export function ask({ input, title, answer, interrupt }: QuestionParts): Question {
  const box = vscode.window.createInputBox()
  let isOpen = true
  box.title = title
  box.prompt = input.prompt === '' ? 'The cell waits for input' : input.prompt
  box.password = input.password
  box.ignoreFocusOut = true
  box.onDidAccept(() => {
    isOpen = false
    box.hide()
    answer(box.value)
  })
  box.onDidHide(() => {
    if (isOpen) void offer()
  })

  async function offer(): Promise<void> {
    const message = `${title} waits for input: ${box.prompt ?? ''}`
    const chosen = await vscode.window.showInformationMessage(message, 'Answer', 'Interrupt')
    if (!isOpen) return
    if (chosen === 'Answer') box.show()
    if (chosen === 'Interrupt') interrupt()
  }

  box.show()
  return {
    dispose() {
      isOpen = false
      box.dispose()
    },
  }
}
