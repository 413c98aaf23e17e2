import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KernelId } from '../../../shared/kernel/kernel.ts'
import {
  kernelFiles,
  type KernelRecord,
  loadRecords,
  removeKernelFiles,
  saveRecord,
} from '../../../shared/kernel/supervisor/kernel_record.ts'
import { ipykernel } from '../project.ts'

describe('loadRecords()', () => {
  let folder: string
  let refused: string[]
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'records-'))
    refused = []
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function record(id: string, startedAtMs = 1): KernelRecord {
    return {
      format: 1,
      id: id as KernelId,
      launch: ipykernel(),
      env: { A: 'b' },
      cwd: '/',
      notebook: null,
      routingId: 'r',
      session: 's',
      process: { pid: 1, startTime: '2' },
      death: null,
      features: null,
      boot: 'b',
      startedAtMs,
    }
  }

  function save(one: KernelRecord): void {
    saveRecord(folder, one)
    writeFileSync(kernelFiles(folder, one.id).connection, '{}', { mode: 0o600 })
  }

  const load = (): KernelRecord[] => loadRecords(folder, (why) => refused.push(why))

  it('reads what saveRecord() wrote, oldest first, and only its owner can', () => {
    save(record('b', 2))
    save(record('a', 3))
    save(record('c', 1))
    assert.deepEqual(load(), [record('c', 1), record('b', 2), record('a', 3)])
    assert.equal(statSync(kernelFiles(folder, 'a').record).mode & 0o777, 0o600)
    assert.deepEqual(refused, [])
  })

  const tampered: [string, (files: ReturnType<typeof kernelFiles>) => void][] = [
    ['a record that others can read', ({ record: path }) => chmodSync(path, 0o640)],
    ['a connection file that others can write', ({ connection }) => chmodSync(connection, 0o602)],
    [
      'a record that is a link',
      ({ record: path, log }) => {
        rmSync(path)
        writeFileSync(log, JSON.stringify(record('x')), { mode: 0o600 })
        symlinkSync(log, path)
      },
    ],
    ['a record without connection file', ({ connection }) => rmSync(connection)],
    ['a record of another kernel', ({ record: path }) => writeFileSync(path, JSON.stringify(record('y')))],
    [
      'a record of a later form',
      ({ record: path }) => writeFileSync(path, JSON.stringify({ ...record('x'), format: 2 })),
    ],
    ['a record that is no JSON', ({ record: path }) => writeFileSync(path, '{')],
  ]
  for (const [what, tamper] of tampered) {
    it(`passes over ${what}, and says so`, () => {
      save(record('x'))
      save(record('good'))
      tamper(kernelFiles(folder, 'x'))
      assert.deepEqual(
        load().map(({ id }) => id),
        ['good'],
      )
      assert.equal(refused.length, 1)
      assert.match(refused[0]!, /^x\.record: /)
    })
  }

  it('finds nothing of a kernel that was removed', () => {
    save(record('x'))
    removeKernelFiles(folder, 'x')
    assert.deepEqual([load(), readdirSync(folder)], [[], []])
  })
})
