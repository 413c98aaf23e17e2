import assert from 'node:assert/strict'
import { makeDaemonProject, type DaemonProject } from './project.ts'

describe('what the status bar asks', function () {
  this.timeout(60_000)
  let project: DaemonProject
  before(() => (project = makeDaemonProject()))
  after(() => project.close())

  it('tells the memory of every running kernel, in bytes of a size that a Python has', async () => {
    const client = await project.client()
    const kernel = await client.call('kernels.start', { name: '.venv', notebook: 'n.ipynb' })
    const [memory] = await client.call('kernels.memory', {})
    assert.equal(memory?.id, kernel.id)
    assert.ok(memory.rssBytes > 10e6 && memory.rssBytes < 2e9, String(memory.rssBytes))
    client.close()
  })

  it('remembers over a restart which notebooks are paused', async () => {
    const client = await project.client()
    await client.call('tracking.setPaused', { notebook: 'n.ipynb', paused: true })
    client.close()
    await project.daybook(['daemon', 'stop'])
    const again = await project.client()
    assert.deepEqual(await again.call('tracking.state', {}), { paused: ['n.ipynb'] })
    assert.deepEqual(await again.call('tracking.setPaused', { notebook: 'n.ipynb', paused: false }), {
      paused: [],
    })
    again.close()
  })
})
