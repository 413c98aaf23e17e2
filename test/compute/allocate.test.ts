import assert from 'node:assert/strict'
import fc from 'fast-check'
import { allocate, defaultParallel, nothingTaken, sumShares } from '../../shared/compute/allocate.ts'
import { readGroupLimits } from '../../shared/compute/cgroup.ts'
import type { Gpu, Machine, Share } from '../../shared/compute/device.ts'

function gpu(uuid: string, gibibytes: number): Gpu {
  return {
    uuid,
    index: 0,
    name: 'GPU',
    memoryBytes: gibibytes * 2 ** 30,
    usedBytes: 0,
    busy: 0,
    processes: [],
    partOf: null,
    mode: 'shared',
  }
}

function machine(cores: number, gpus: readonly Gpu[] = []): Machine {
  return { cores, memoryBytes: 16 * 2 ** 30, gpus, notes: [] }
}

describe('giving out shares', () => {
  it('puts trials on cores until they are full', () => {
    const two = machine(2)
    const wanted = { cores: 1, gpu: null }
    const first = allocate(two, nothingTaken, wanted) as Share
    assert.deepEqual(first, { cores: 1, gpu: null })
    const second = allocate(two, sumShares([first]), wanted) as Share
    assert.equal(allocate(two, sumShares([first, second]), wanted), null)
  })

  it('lets a trial that wants more than there is run alone', () => {
    assert.deepEqual(allocate(machine(2), nothingTaken, { cores: 8, gpu: 0 }), { cores: 2, gpu: null })
    assert.equal(allocate(machine(2), { cores: 1, gpus: {} }, { cores: 8, gpu: 0 }), null)
  })

  it('gives whole GPUs until memory is measured, then packs them, the fullest first', () => {
    const box = machine(16, [gpu('a', 80), gpu('b', 80)])
    const wanted = { cores: 1, gpu: null }
    const shares = [allocate(box, nothingTaken, wanted) as Share]
    shares.push(allocate(box, sumShares(shares), wanted) as Share)
    assert.deepEqual(
      shares.map(({ gpu }) => gpu),
      [
        { uuid: 'a', share: 1 },
        { uuid: 'b', share: 1 },
      ],
    )
    assert.equal(allocate(box, sumShares(shares), wanted), null)
    const packed: Share[] = []
    for (let share = allocate(box, nothingTaken, wanted, 20 * 2 ** 30); share !== null;) {
      packed.push(share)
      share = allocate(box, sumShares(packed), wanted, 20 * 2 ** 30)
    }
    assert.deepEqual(
      packed.map((one) => one.gpu?.uuid),
      ['a', 'a', 'a', 'b', 'b', 'b'],
    )
  })

  it('never gives out more than there is', () => {
    const part = fc.double({ min: 0.05, max: 3, noNaN: true })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.tuple(part, part), { maxLength: 40 }),
        (n, asks) => {
          const box = machine(n, [gpu('a', 24), gpu('b', 40)])
          const given: Share[] = []
          for (const [cores, share] of asks) {
            const got = allocate(box, sumShares(given), { cores, gpu: Math.min(1, share) })
            if (got !== null) given.push(got)
          }
          const { cores, gpus } = sumShares(given)
          assert.ok(cores <= n + 1e-3)
          for (const used of Object.values(gpus)) assert.ok(used <= 1 + 1e-3)
        },
      ),
    )
  })

  it('runs one trial a core or GPU if nobody says, and no more than memory holds', () => {
    assert.equal(defaultParallel(machine(8), { cores: 1, gpu: null }), 8)
    assert.equal(defaultParallel(machine(8), { cores: 4, gpu: 0 }), 2)
    assert.equal(defaultParallel(machine(8), { cores: 1, gpu: 0 }, 5 * 2 ** 30), 2)
    assert.equal(defaultParallel(machine(16, [gpu('a', 80), gpu('b', 80)]), { cores: 1, gpu: 0.25 }), 8)
    assert.equal(defaultParallel(machine(1), { cores: 4, gpu: 0 }), 1)
  })
})

describe('limits of control groups', () => {
  const files =
    (known: Record<string, string>) =>
    (path: string): string | null =>
      known[path] ?? null

  it('are the tightest of a group and those above it (version 2)', () => {
    const read = files({
      '/proc/self/cgroup': '0::/user.slice/job\n',
      '/sys/fs/cgroup/user.slice/job/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/user.slice/cpu.max': '150000 100000\n',
      '/sys/fs/cgroup/user.slice/job/memory.max': '2147483648\n',
      '/sys/fs/cgroup/user.slice/memory.max': 'max\n',
    })
    assert.deepEqual(readGroupLimits(read), { cores: 1.5, memoryBytes: 2 ** 31 })
  })

  it('are read from the base where a container shows only its own group', () => {
    const read = files({
      '/proc/self/cgroup': '0::/../../docker/1234\n',
      '/sys/fs/cgroup/cpu.max': '400000 100000\n',
    })
    assert.deepEqual(readGroupLimits(read), { cores: 4, memoryBytes: null })
  })

  it('are found in version 1, where a number near 2^63 is none', () => {
    const read = files({
      '/proc/self/cgroup': '4:memory:/box\n3:cpu,cpuacct:/box\n0::/\n',
      '/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/memory/box/memory.limit_in_bytes': '9223372036854771712\n',
    })
    assert.deepEqual(readGroupLimits(read), { cores: 0.5, memoryBytes: null })
  })

  it('are none where the system has none', () => {
    assert.deepEqual(
      readGroupLimits(() => null),
      { cores: null, memoryBytes: null },
    )
  })
})
