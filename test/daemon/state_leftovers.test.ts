import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openState, type StatePaths } from '../../shared/base/project.ts'
import { planLeftovers } from '../../shared/daemon/state_leftovers.ts'

const day = 86_400_000
const nowMs = 100 * day

describe('planLeftovers()', () => {
  let root: string
  let paths: StatePaths

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'daybook-leftovers-'))
    paths = openState(root)
  })
  afterEach(() => {
    rmSync(paths.runtime, { recursive: true, force: true })
    rmSync(root, { recursive: true, force: true })
  })

  const file = (path: string, text: string, daysAgo: number): void => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    const at = (nowMs - daysAgo * day) / 1000
    utimesSync(path, at, at)
    if (dirname(dirname(path)) === paths.journal) utimesSync(dirname(path), at, at)
  }

  it('finds journals of kernels that are gone for a week, and no others', async () => {
    file(join(paths.journal, 'gone', '1'), 'xyz', 8)
    file(join(paths.journal, 'young', '1'), 'xyz', 6)
    file(join(paths.journal, 'known', '1'), 'xyz', 8)
    file(join(paths.kernels, 'known.record'), '{}', 8)
    const found = planLeftovers(paths, nowMs)
    assert.deepEqual(
      found.map(({ what, sizeBytes }) => [what, sizeBytes]),
      [[join(paths.journal, 'gone'), 3]],
    )
    await found[0]?.remove()
    assert.equal(existsSync(join(paths.journal, 'gone')), false)
    assert.equal(existsSync(join(paths.journal, 'known', '1')), true)
  })

  it('leaves a spooled file as long as a spool names it that may still be taken in', () => {
    file(join(paths.spool, '1-1-a.jsonl'), '{"type":"artifact","file":"named"}\n', 1)
    file(join(paths.spool, 'named'), 'x', 9)
    file(join(paths.spool, 'unnamed'), 'x', 9)
    file(join(paths.spool, '2-2-b.jsonl'), '{"type":"spool"}\n', 9)
    assert.deepEqual(
      planLeftovers(paths, nowMs).map(({ what }) => what),
      [join(paths.spool, '2-2-b.jsonl'), join(paths.spool, 'unnamed')],
    )
  })
})
