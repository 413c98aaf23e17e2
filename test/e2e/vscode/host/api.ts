import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import type { DaybookApi } from '../../../../extension/extension.ts'

/** The extension under test, activated. */
export async function daybook(): Promise<DaybookApi> {
  const extension = vscode.extensions.getExtension<DaybookApi>('daybook.daybook')
  assert.ok(extension)
  return extension.activate()
}

/** Waits until something holds; fails with the last answer. */
export async function until<T>(what: string, look: () => T | Promise<T>, limitMs = 20_000): Promise<T> {
  const deadlineMs = Date.now() + limitMs
  for (;;) {
    const answer = await look()
    if (Boolean(answer) || Date.now() > deadlineMs) {
      assert.ok(answer, `waited in vain until ${what}`)
      return answer
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
