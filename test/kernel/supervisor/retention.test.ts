import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostedKernel } from '../../../shared/kernel/supervisor/hosted_kernel.ts'
import { openRetention } from '../../../shared/kernel/supervisor/retention.ts'
import { listSegments, type Segment, segmentPath } from '../../../shared/kernel/supervisor/segment.ts'

const dayMs = 86_400_000
const nowMs = 100 * dayMs

describe('openRetention()', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'retention-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function segment(kernel: string, firstSeq: number, about: { bytes: number; ageDays: number }): string {
    mkdirSync(join(folder, kernel), { recursive: true })
    const path = segmentPath(join(folder, kernel), firstSeq)
    writeFileSync(path, Buffer.alloc(about.bytes))
    const at = new Date(nowMs - about.ageDays * dayMs)
    utimesSync(path, at, at)
    return path
  }

  /** A kernel that runs; of its segments those before `from` may go. */
  function running(kernel: string, from: number): [string, HostedKernel] {
    const removed = (each: Segment): void => rmSync(each.path)
    const line = {
      removableSegments: () => listSegments(join(folder, kernel)).filter(({ firstSeq }) => firstSeq < from),
      journal: { removeSegment: removed },
    }
    return [kernel, { line } as unknown as HostedKernel]
  }

  function sweep(
    limits: { projectBytes: number; keepDays: number },
    kernels = new Map<string, HostedKernel>(),
  ): void {
    const find = (id: string): HostedKernel | undefined => kernels.get(id)
    openRetention({
      folder,
      limits,
      clock: { nowMs: () => nowMs },
      log: () => undefined,
      kernels: () => ({ find }),
    }).sweep()
  }

  const left = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.seg'))
      .sort()

  it('removes what is too old, and the folder with it', () => {
    const old = segment('a', 1, { bytes: 10, ageDays: 8 })
    const young = segment('b', 1, { bytes: 10, ageDays: 6 })
    sweep({ projectBytes: 1000, keepDays: 7 })
    assert.ok(!existsSync(old) && !existsSync(join(folder, 'a')))
    assert.ok(existsSync(young))
  })

  it('removes the oldest of all kernels beyond the size of the project', () => {
    segment('a', 1, { bytes: 40, ageDays: 4 })
    const kept = segment('a', 5, { bytes: 40, ageDays: 2 })
    segment('b', 1, { bytes: 40, ageDays: 3 })
    const last = segment('b', 9, { bytes: 40, ageDays: 1 })
    sweep({ projectBytes: 100, keepDays: 7 })
    assert.deepEqual(
      left().map((name) => join(folder, name)),
      [kept, last],
    )
  })

  it('never removes what a running execution needs, whatever its size and age', () => {
    segment('a', 1, { bytes: 40, ageDays: 9 })
    const needed = [segment('a', 5, { bytes: 400, ageDays: 9 }), segment('a', 9, { bytes: 400, ageDays: 9 })]
    sweep({ projectBytes: 100, keepDays: 7 }, new Map([running('a', 5)]))
    assert.deepEqual(
      left().map((name) => join(folder, name)),
      needed,
    )
  })

  it('leaves foreign files alone', () => {
    segment('a', 1, { bytes: 10, ageDays: 90 })
    writeFileSync(join(folder, 'a', 'note.txt'), 'mine')
    sweep({ projectBytes: 0, keepDays: 1 })
    assert.deepEqual(readdirSync(join(folder, 'a')), ['note.txt'])
  })
})
