import { join } from 'node:path'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { needEditor } from './editor.ts'
import { assertAllPassed, runInHost } from './host.ts'

// Microsoft's own extensions are not to be had for tests: stand-ins with their names and interfaces take their place.
describe("VS Code beside Microsoft's extensions", function () {
  this.timeout(180_000)
  let project: DaemonProject

  before(function () {
    needEditor(this)
    project = makeDaemonProject()
  })
  after(() => project.close())

  it('runs the tests of living beside them in its extension host', async () => {
    const beside = ['ms-python.python', 'ms-toolsai.jupyter'].map((name) =>
      join(import.meta.dirname, 'stand_ins', name),
    )
    const files = ['python_extension', 'foreign_kernel']
    assertAllPassed(await runInHost({ files, beside, workspace: project.root }))
  })
})
