import { readFileSync } from 'node:fs'
import { showNotebook } from '../../daemon/cells/shown_notebook.ts'
import type { DaemonProject } from '../../daemon/project.ts'
import { until } from '../../until.ts'

/** Waits until the cell in the middle has printed more than it had. */
export async function goesOn(project: DaemonProject, name: string): Promise<void> {
  const before = await printed(project, name)
  await until(async () => (await printed(project, name)) > before + 3, { everyMs: 200 })
}

/** How far the cell in the middle is, as the daemon tells it. */
async function printed(project: DaemonProject, name: string): Promise<number> {
  return ask(project, name, (shown) => {
    const all = [...shown.cells.values()].flatMap(({ outputs }) => outputs)
    const text = all.map((output) => (output.output_type === 'stream' ? output.text : '')).join('')
    return text.split('\n').length - 1
  })
}

/** Looks at what the daemon tells of a notebook. */
export async function ask<T>(
  project: DaemonProject,
  name: string,
  look: (shown: Awaited<ReturnType<typeof showNotebook>>) => T,
): Promise<T> {
  const client = await project.client()
  const shown = await showNotebook(client, name)
  const answer = look(shown)
  shown.stop()
  client.close()
  return answer
}

/** What a saved notebook holds: what each cell shows as text, and the number of its execution. */
export function read(path: string): { outputs: string[]; executionCount: number | null }[] {
  interface FileCell {
    execution_count: number | null
    outputs: { text?: string | string[]; data?: Record<string, string | string[]> }[]
  }
  const notebook = JSON.parse(readFileSync(path, 'utf8')) as { cells: FileCell[] }
  return notebook.cells.map(({ execution_count: executionCount, outputs }) => ({
    executionCount,
    outputs: outputs.map(({ text, data }) => [text ?? data?.['text/plain'] ?? ''].flat().join('')),
  }))
}
