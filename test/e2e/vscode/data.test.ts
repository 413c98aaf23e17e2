import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { needEditor } from './editor.ts'
import { assertAllPassed, runInHost } from './host.ts'

describe('data in VS Code', function () {
  this.timeout(240_000)
  const bag = new Bag()
  let project: DaemonProject

  before(function () {
    needEditor(this)
    project = makeDaemonProject()
    bag.add(() => project.close())
  })
  after(() => bag.close())

  it('is looked at where one works, in its extension host', async () => {
    assertAllPassed(await runInHost({ files: ['data'], workspace: project.root, timeoutMs: 220_000 }))
  })
})
