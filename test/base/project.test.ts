import { strict as assert } from 'node:assert'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findProjectRoot } from '../../shared/base/project.ts'

interface Case {
  says: string
  make: string[]
  home: string
  start: string
  root: string
}

const table = join(import.meta.dirname, '../fixtures/project-root.json')
const { cases } = JSON.parse(readFileSync(table, 'utf8')) as { cases: Case[] }

describe('findProjectRoot()', () => {
  for (const one of cases) {
    it(`${one.says} (the table that the Python module is held to as well)`, () => {
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'daybook-root-')))
      try {
        for (const path of one.make) {
          mkdirSync(join(folder, path.endsWith('/') ? path : dirname(path)), { recursive: true })
          if (!path.endsWith('/')) writeFileSync(join(folder, path), '')
        }
        assert.equal(findProjectRoot(join(folder, one.start), join(folder, one.home)), join(folder, one.root))
      } finally {
        rmSync(folder, { recursive: true })
      }
    })
  }
})
