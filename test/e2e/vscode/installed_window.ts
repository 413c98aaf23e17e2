import type { FrameLocator, Page } from 'playwright-core'
import { packageExtension, vsixPath } from '../../../scripts/package-vscode.mjs'
import type { Bag } from '../../../shared/base/bag.ts'
import { openBrowser } from '../../chromium.ts'
import { installExtension, makeEditorFolder, startCodeServer } from './editor.ts'
import { windowOn, type EditorWindow } from './window.ts'

/** What VS Code calls its themes, and the class that its window has in each. */
const themes = {
  light: ['Default Light Modern', 'vs'],
  dark: ['Default Dark Modern', 'vs-dark'],
  'contrast-dark': ['Default High Contrast', 'hc-black'],
  'contrast-light': ['Default High Contrast Light', 'hc-light'],
} as const

/** A theme that a window can have. */
export type Theme = keyof typeof themes

/**
 * Opens a folder as a user does: a code-server of its own, our .vsix installed. Unlike the window of openWindow(),
 * this one shows notifications and dialogs.
 */
export async function openInstalledWindow(bag: Bag, root: string): Promise<EditorWindow> {
  await packageExtension()
  const { folder, remove } = makeEditorFolder()
  bag.add(remove)
  await installExtension(folder, vsixPath)
  const server = await startCodeServer({ folder, settings: { 'workbench.colorTheme': themes.light[0] } })
  bag.add(() => server.close())
  const browser = await openBrowser()
  bag.add(() => browser.close())
  const context = await browser.newContext({ viewport: { width: 1300, height: 850 } })
  const page = await context.newPage()
  await page.goto(`${server.url}/?folder=${root}`)
  return windowOn(page)
}

/** The page of ours in front: a webview lies in a frame within its frame. */
export function frontWebview(page: Page): FrameLocator {
  const webview = page.locator('iframe.webview:visible').last()
  return webview.contentFrame().locator('#active-frame').contentFrame()
}

/** Gives the window a theme by the folder's settings: from outside, so that an open menu stays open. */
export async function setTheme(
  page: Page,
  project: { file(name: string, text: string): unknown },
  to: Theme,
): Promise<void> {
  const [name, ofWindow] = themes[to]
  project.file('.vscode/settings.json', JSON.stringify({ 'workbench.colorTheme': name }))
  await page.locator(`.monaco-workbench.${ofWindow}`).waitFor()
  // Pages and charts draw themselves anew.
  await page.waitForTimeout(800)
}
