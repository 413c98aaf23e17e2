import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identifyProcess, thisProcess, type ProcessIdentity } from '../../shared/base/process.ts'
import { attemptFollows, meaning, outcomes, triesAgain } from '../../shared/compute/attempt.ts'
import type { Machine } from '../../shared/compute/device.ts'
import { DeviceLeases } from '../../shared/compute/lease.ts'
import { readMachine } from '../../shared/compute/machine.ts'

const machine: Machine = { cores: 4, memoryBytes: 2 ** 34, gpus: [], notes: [] }

describe("the machine's leases", () => {
  let folder = ''
  let leases: DeviceLeases
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'l-'))
    leases = new DeviceLeases(join(folder, 'devices.db'))
  })
  afterEach(() => {
    leases.close()
    rmSync(folder, { recursive: true })
  })
  const take = (project: string, cores = 1, holder: ProcessIdentity = thisProcess()) =>
    leases.take(machine, { project, holder, wanted: { cores, gpu: 0 }, measuredBytes: null }, 0)

  it('are given out until the machine is full, and again when given back', () => {
    const all = [1, 2, 3, 4].map(() => take('a'))
    assert.ok(all.every((lease) => lease !== null))
    assert.equal(take('a'), null)
    leases.release(all[0]?.id ?? 0)
    assert.notEqual(take('a'), null)
  })

  it('are shared fairly: who holds more than its part gets no more while another project waits', () => {
    const first = [1, 2, 3, 4].map(() => take('a'))
    assert.notEqual(take('b'), null, 'a project that holds nothing never starves')
    assert.equal(take('b'), null)
    leases.release(first[0]?.id ?? 0)
    leases.release(first[1]?.id ?? 0)
    assert.equal(take('a'), null, 'it yields to the one that waits')
    assert.notEqual(take('b'), null)
    assert.deepEqual(
      leases
        .held()
        .map(({ project }) => project)
        .sort(),
      ['a', 'a', 'b', 'b'],
    )
  })

  it('are seen by another process, and free when their holder is gone, however it went', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const holder = identifyProcess(child.pid ?? 0) as ProcessIdentity
    assert.notEqual(take('a', 4, holder), null)
    const other = new DeviceLeases(join(folder, 'devices.db'))
    assert.equal(other.held().length, 1)
    other.close()
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    assert.deepEqual(leases.held(), [])
  })

  it('forget who waited once it is gone or says so', () => {
    for (let i = 0; i < 4; i++) take('a')
    take('b')
    assert.equal(take('b'), null)
    leases.stopWaiting('b')
    const held = leases.held()
    assert.equal(held.length, 5)
  })
})

describe('this machine', () => {
  it('has cores and memory, whatever else', async () => {
    const { cores, memoryBytes } = await readMachine()
    assert.ok(cores >= 1)
    assert.ok(memoryBytes > 2 ** 26)
  })
})

describe('an attempt', () => {
  it('ends in one of its last states, which nothing follows', () => {
    for (const outcome of outcomes) {
      const { state } = meaning[outcome]
      assert.deepEqual(attemptFollows[state], [])
      assert.ok(attemptFollows.running.includes(state))
    }
  })

  it('is tried again after a crash as often as asked, after a loss five times, after a failure never', () => {
    assert.equal(triesAgain('killed', [], 1), true)
    assert.equal(triesAgain('oom', ['killed'], 1), false)
    assert.equal(triesAgain('killed', ['lost', 'stalled'], 1), true)
    assert.equal(triesAgain('lost', ['lost', 'lost', 'lost', 'lost'], 0), true)
    assert.equal(triesAgain('lost', ['lost', 'lost', 'lost', 'stalled', 'lost'], 0), false)
    for (const outcome of ['failed', 'timeout', 'memory', 'cancelled', 'done'] as const) {
      assert.equal(triesAgain(outcome, [], 9), false)
    }
  })
})
