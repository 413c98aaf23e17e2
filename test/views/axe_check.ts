import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const pictures = process.env['DAYBOOK_PICTURES']

/** What axe found, as far as it is told here. */
interface Found {
  violations: { id: string; impact: string | null; nodes: { html: string; failureSummary?: string }[] }[]
}

const themes = [
  { name: 'light', colorScheme: 'light', contrast: 'no-preference' },
  { name: 'dark', colorScheme: 'dark', contrast: 'no-preference' },
  { name: 'contrast-light', colorScheme: 'light', contrast: 'more' },
  { name: 'contrast-dark', colorScheme: 'dark', contrast: 'more' },
] as const

/** What is serious for those who see little or hear a page: all rules in the first theme, colours in every other one. */
export async function problemsIn(page: Page, name: string): Promise<string[]> {
  const problems: string[] = []
  for (const { name: theme, ...media } of themes) {
    await page.emulateMedia(media)
    await page.waitForTimeout(50)
    if (pictures !== undefined && theme.startsWith('contrast'))
      await page.screenshot({ path: join(pictures, `a11y-${name.replace(/\W+/g, '-')}-${theme}.png`) })
    const rules = theme === 'light' ? '' : ", runOnly: ['color-contrast']"
    const found = await page.evaluate<Found>(
      `${axe}; axe.run(document, { resultTypes: ['violations']${rules} })`,
    )
    for (const { id, impact, nodes } of found.violations) {
      if (impact !== 'serious' && impact !== 'critical') continue
      for (const node of nodes.slice(0, 3))
        problems.push(`${name}, ${theme}: ${id}: ${node.html.slice(0, 160)}: ${node.failureSummary ?? ''}`)
    }
  }
  await page.emulateMedia(themes[0])
  return problems
}
