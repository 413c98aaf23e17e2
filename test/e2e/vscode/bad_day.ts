import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, FrameLocator } from 'playwright-core'
import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { openBrowser } from '../../chromium.ts'
import { makeEditorFolder, startInnerServer, type EditorOptions, type EditorServer } from './editor.ts'
import { openWindow, type EditorWindow } from './window.ts'

/** Where pictures go, if anywhere. */
const pictures = process.env['DAYBOOK_PICTURES']

/** A cell as its file holds it. */
export interface FileCell {
  execution_count: number | null
  outputs: { text?: string[]; data?: Record<string, string[] | string> }[]
}

/** Windows of the real VS Code in which things go wrong, one after another. */
export class BadDay {
  readonly #bag = new Bag()
  #server: EditorServer | null = null
  #browser: Browser | null = null
  #window: EditorWindow | null = null

  /** The window of the notebook that was opened last. */
  get window(): EditorWindow {
    if (this.#window === null) throw new Error('No notebook was opened')
    return this.#window
  }

  /** A project of a test's own. @param environment what its `.venv` is; null: it has none */
  project(environment?: string | null): DaemonProject {
    const project = environment == null ? makeDaemonProject() : makeDaemonProject(environment)
    this.#bag.add(() => project.close())
    if (environment === null) rmSync(join(project.root, '.venv'))
    return project
  }

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'b-'))
    this.#bag.add(() => rmSync(folder, { recursive: true, force: true }))
    return folder
  }

  /** Whatever is to be undone at the end. */
  add(close: () => void): void {
    this.#bag.add(close)
  }

  /** A server of VS Code in surroundings of its own. */
  async server(options: Omit<EditorOptions, 'folder'> = {}): Promise<EditorServer> {
    const { folder, remove } = makeEditorFolder()
    this.#bag.add(remove)
    const started = await startInnerServer({ folder, ...options })
    this.#bag.add(() => started.close())
    return started
  }

  /** Opens a notebook in a window, and waits for its kernel to be chosen. */
  async open(
    project: DaemonProject,
    name: string,
    { server, kernel = /Python 3.*\(.+\)/ }: { server?: EditorServer; kernel?: RegExp } = {},
  ): Promise<void> {
    this.#browser ??= await openBrowser()
    await this.#window?.close()
    this.#server ??= server ?? (await this.server())
    const of = server ?? this.#server
    this.#window = await openWindow({ server: of, browser: this.#browser, folder: project.root })
    this.#window.page.setDefaultTimeout(60_000)
    await this.#window.openNotebook(name)
    await this.#window.visible(kernel)
  }

  /** What the cells show lies in a frame within a frame. */
  get outputs(): FrameLocator {
    const webview = this.window.page.locator('iframe.webview').first()
    return webview.contentFrame().locator('#active-frame').contentFrame()
  }

  /** Saves until the file holds what is wanted. */
  async saved(path: string, holds: (cells: FileCell[]) => boolean): Promise<void> {
    do {
      await this.window.page.waitForTimeout(1000)
      await this.window.page.keyboard.press('Control+S')
    } while (!holds(readCells(path)))
  }

  async picture(name: string): Promise<void> {
    if (pictures !== undefined) await this.window.page.screenshot({ path: join(pictures, `${name}.png`) })
  }

  /** Windows first: one whose project is gone would look for it. */
  async close(): Promise<void> {
    await this.#browser?.close()
    await this.#bag.close()
  }
}

/** The cells of a notebook's file; none while it is being written. */
export function readCells(path: string): FileCell[] {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { cells: FileCell[] }).cells
  } catch {
    return []
  }
}

/** Since when, as people read it. */
export function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`
}
