import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '../../shared/store/store.ts'

/** A store of its own for each test, gone afterwards. */
export function eachWithStore(): { store: Store; folder: string } {
  const held = {} as { store: Store; folder: string }
  beforeEach(() => {
    held.folder = mkdtempSync(join(tmpdir(), 'daybook-store-'))
    held.store = openStore(join(held.folder, 'daybook.db'))
  })
  afterEach(() => {
    held.store.close()
    rmSync(held.folder, { recursive: true, force: true })
  })
  return held
}
