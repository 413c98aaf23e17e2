import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { StatePaths } from '../base/project.ts'

const fileShape = z.array(z.string())

/** The notebooks that are not recorded for now. Kept in the project's state, so that a restart changes nothing. */
export class PausedNotebooks {
  readonly #path: string
  readonly #names: Set<string>

  constructor(paths: StatePaths) {
    this.#path = join(paths.dir, 'paused.json')
    this.#names = new Set(read(this.#path))
  }

  /** In alphabetical order, relative to the project. */
  list(): string[] {
    return [...this.#names].sort()
  }

  has(notebook: string | null): boolean {
    return notebook !== null && this.#names.has(notebook)
  }

  set(notebook: string, paused: boolean): void {
    if (paused) this.#names.add(notebook)
    else this.#names.delete(notebook)
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.list()), { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
  }
}

/** A file that is absent or broken pauses nothing. */
function read(path: string): string[] {
  try {
    return fileShape.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return []
  }
}
