import type { Page } from 'playwright-core'

/** How long the palette, or a row of it, may take to show. */
const patienceMs = 3000

/**
 * Runs a command by its title in the command palette. The palette knows only what could be run when it was opened
 * (a notebook's commands need a kernel, say), so it is opened again until the command is there.
 */
export async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator('.quick-input-widget input.input')
  const row = page.locator('.quick-input-list .monaco-list-row').first()
  for (let tries = 0; tries < 12; tries++) {
    try {
      // While a page of ours has the focus, VS Code gets the key from it only after a while.
      if (!(await input.isVisible())) await page.keyboard.press('F1')
      await input.fill(`>${title}`, { timeout: patienceMs })
      await row
        .getByText(title.split(': ')[1] ?? title)
        .first()
        .waitFor({ timeout: patienceMs })
    } catch {
      await page.keyboard.press('Escape')
      continue
    }
    await page.keyboard.press('Enter')
    await input.waitFor({ state: 'hidden' })
    return
  }
  throw new Error(`The palette has no command "${title}"`)
}
