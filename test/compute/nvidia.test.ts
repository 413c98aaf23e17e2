import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { trialsPerGpu, whyLeftAlone, type Gpu } from '../../shared/compute/device.ts'
import { readGpus, visibleGpus, type NvidiaAnswers } from '../../shared/compute/nvidia.ts'

/**
 * Written by hand in the format that `nvidia-smi --help-query-gpu` and its manual page describe (CSV, no header, no
 * units); they were not recorded on these machines.
 */
function machine(name: string): NvidiaAnswers {
  const text = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'nvidia', `${name}.txt`), 'utf8')
  const part = (title: string): string =>
    new RegExp(`^# ${title}\\n((?:(?!# ).*\\n?)*)`, 'm').exec(text)?.[1] ?? ''
  return { gpus: part('gpus'), processes: part('processes'), list: part('list') }
}

const none: ReadonlySet<number> = new Set()

describe('NVIDIA devices', () => {
  it('are read with memory, use and processes', () => {
    const [first, second] = readGpus(machine('two_a100'))
    assert.equal(first?.name, 'NVIDIA A100-SXM4-80GB')
    assert.equal(first.memoryBytes, 81920 * 2 ** 20)
    assert.equal(first.busy, 0)
    assert.deepEqual(first.processes, [])
    assert.deepEqual(second?.processes, [{ pid: 4711, usedBytes: 30412 * 2 ** 20 }])
  })

  it("are left alone where other people's processes run, and not where our own do", () => {
    const [free, used] = readGpus(machine('two_a100')) as [Gpu, Gpu]
    assert.equal(whyLeftAlone(free, none), null)
    assert.match(whyLeftAlone(used, none) ?? '', /used by another program \(process 4711\)/)
    assert.equal(whyLeftAlone(used, new Set([4711])), null)
  })

  it('are left alone in a container that sees memory in use and not by whom', () => {
    const [gpu] = readGpus(machine('container_t4'))
    assert.match(whyLeftAlone(gpu as Gpu, none) ?? '', /9216 MiB in use by programs that it does not name/)
  })

  it('are the parts of a GPU that is cut, with the memory of their profile', () => {
    const gpus = readGpus(machine('h100_mig'))
    assert.deepEqual(
      gpus.map(({ name, memoryBytes, partOf }) => [name, memoryBytes / 2 ** 30, partOf !== null]),
      [
        ['NVIDIA H100 80GB HBM3 MIG 1g.10gb', 10, true],
        ['NVIDIA H100 80GB HBM3 MIG 3g.40gb', 40, true],
        ['NVIDIA H100 80GB HBM3', 81559 / 1024, false],
      ],
    )
    assert.ok(gpus.every(({ uuid }) => /^(MIG|GPU)-/.test(uuid)))
    assert.match(whyLeftAlone(gpus[1] as Gpu, none) ?? '', /process 99/)
    assert.equal(whyLeftAlone(gpus[0] as Gpu, none), null)
  })

  it('are none where there is no driver, no GPU, or an answer that is none', () => {
    for (const gpus of [
      '',
      'No devices were found\n',
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver, make sure it runs.\n",
      'a,b\n,,,,\n',
    ]) {
      assert.deepEqual(readGpus({ gpus, processes: '', list: '' }), [])
    }
  })

  it('with values that the card does not tell count as unknown', () => {
    const [gpu] = readGpus(machine('geforce')) as [Gpu]
    assert.equal(gpu.busy, null)
    assert.deepEqual(gpu.processes, [{ pid: 900, usedBytes: null }])
    assert.match(whyLeftAlone(gpu, none) ?? '', /process 900/)
  })

  it('are those that CUDA_VISIBLE_DEVICES leaves, in its order and up to a word that names none', () => {
    const gpus = readGpus(machine('two_a100'))
    const names = (setting: string | undefined): number[] =>
      visibleGpus(gpus, setting).map(({ index }) => index)
    assert.deepEqual(names(undefined), [0, 1])
    assert.deepEqual(names('1,0'), [1, 0])
    assert.deepEqual(names('1,7,0'), [1])
    assert.deepEqual(names(''), [])
    assert.deepEqual(names('-1'), [])
    assert.deepEqual(names('GPU-5a1c'), [1])
  })

  it('take as many trials as their memory holds with a tenth to spare, one while nothing was measured', () => {
    const [gpu] = readGpus(machine('two_a100')) as [Gpu]
    const gibibyte = 2 ** 30
    assert.equal(trialsPerGpu(gpu, null), 1)
    assert.equal(trialsPerGpu(gpu, 18 * gibibyte), 4)
    assert.equal(trialsPerGpu(gpu, 18.1 * gibibyte), 3)
    assert.equal(trialsPerGpu(gpu, 200 * gibibyte), 1)
    assert.equal(trialsPerGpu({ ...gpu, mode: 'exclusive' }, gibibyte), 1)
  })
})
