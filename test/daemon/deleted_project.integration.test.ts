import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive } from '../../shared/base/process.ts'
import { makeDaemonProject } from './project.ts'

describe('a daemon whose project is deleted', () => {
  it('ends by itself', async function () {
    this.timeout(60_000)
    const project = makeDaemonProject()
    await project.json(['daemon', 'ensure'])
    const { pid, start_time: startTime } = project.daemon()
    rmSync(project.root, { recursive: true, force: true })
    for (let i = 0; i < 100 && isAlive({ pid, startTime }); i++)
      await new Promise((resolve) => setTimeout(resolve, 200))
    assert.ok(!isAlive({ pid, startTime }))
  })

  it('is not sought in the folder around it', async () => {
    const project = makeDaemonProject()
    const { code, stderr } = await project.daybook([
      'daemon',
      'ensure',
      '--project',
      join(project.root, 'gone'),
    ])
    assert.equal(code, 1)
    assert.match(stderr, /There is no folder ".*gone"/)
    assert.ok(!existsSync(join(project.root, '.daybook')))
    await project.close()
  })
})
