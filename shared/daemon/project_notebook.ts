import { realpath } from 'node:fs/promises'
import { join, relative, isAbsolute } from 'node:path'
import { Problem } from '../base/problem.ts'
import type { NotebookDocument } from '../notebook/document.ts'
import { readNotebook } from '../notebook/file.ts'

/** Reads a notebook of the project, or says why not. One that lies outside of the project is not read. */
export async function readProjectNotebook(
  root: string,
  path: string,
): Promise<{ document: NotebookDocument } | { problem: string }> {
  try {
    const file = await realpath(isAbsolute(path) ? path : join(root, path))
    const inside = relative(await realpath(root), file)
    if (inside.startsWith('..') || isAbsolute(inside)) {
      return { problem: `${path} lies outside of the project` }
    }
    return { document: (await readNotebook(file, path)).document }
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message }
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { problem: `${path} is not there any more` }
    throw error
  }
}
