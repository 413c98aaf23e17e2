import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { needEditor } from './editor.ts'
import { assertAllPassed, runInHost } from './host.ts'

describe('VS Code', function () {
  this.timeout(180_000)
  let project: DaemonProject

  before(function () {
    needEditor(this)
    project = makeDaemonProject()
  })
  after(() => project.close())

  it('runs the tests of the shell in its extension host', async () => {
    assertAllPassed(await runInHost({ files: ['activation'], workspace: project.root }))
  })
})
