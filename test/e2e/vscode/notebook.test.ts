import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { needEditor } from './editor.ts'
import { assertAllPassed, runInHost } from './host.ts'

describe('a notebook in VS Code', function () {
  this.timeout(240_000)
  const bag = new Bag()
  let project: DaemonProject

  before(function () {
    needEditor(this)
    project = makeDaemonProject()
    bag.add(() => project.close())
  })
  after(() => bag.close())

  it('runs on our kernels, in its extension host', async () => {
    assertAllPassed(await runInHost({ files: ['notebook'], workspace: project.root, timeoutMs: 220_000 }))
  })
})
