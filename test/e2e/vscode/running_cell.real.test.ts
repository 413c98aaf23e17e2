import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject } from '../../daemon/project.ts'
import { needEditor } from './editor.ts'
import { assertAllPassed, runInHost } from './host.ts'

describe('what is done in VS Code to a notebook whose cell runs', function () {
  this.timeout(240_000)
  const bag = new Bag()

  before(function () {
    needEditor(this)
  })
  after(() => bag.close())

  it('loses nothing of what the cell writes', async () => {
    const project = makeDaemonProject()
    bag.add(() => project.close())
    assertAllPassed(await runInHost({ files: ['running_cell'], workspace: project.root, timeoutMs: 220_000 }))
  })
})
