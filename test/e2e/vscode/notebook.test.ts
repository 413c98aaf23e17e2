import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { needEditor } from './editor.ts'
import { assertAllPassed, runInHost } from './host.ts'

describe('a notebook in VS Code', function () {
  this.timeout(240_000)
  let project: DaemonProject

  before(function () {
    needEditor(this)
    project = makeDaemonProject()
  })
  after(() => project.close())

  it('runs on our kernels, in its extension host', async () => {
    assertAllPassed(await runInHost({ files: ['notebook'], workspace: project.root, timeoutMs: 220_000 }))
  })
})
