import { join } from 'node:path'
import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { writePredictions } from '../../monitor/prediction_log.ts'
import { makeTestModels } from '../../serving/gateway_harness.ts'
import { needEditor } from './editor.ts'
import { assertAllPassed, runInHost } from './host.ts'

describe('VS Code', function () {
  this.timeout(180_000)
  const bag = new Bag()
  let project: DaemonProject

  before(async function () {
    needEditor(this)
    project = makeDaemonProject()
    bag.add(() => project.close())
    const log = 'import daybook\ndaybook.log(accuracy=depth / 10)'
    project.notebook('train.ipynb', ['depth = 8', log], { parameters: true })
    for (const depth of [8, 9]) await project.json(['run', 'train.ipynb', '-p', `depth=${depth}`])
    const answers = Array.from({ length: 200 }, (_, i) => ({
      requestId: `r${i}`,
      inputs: { age: i },
      output: null,
    }))
    await writePredictions(
      project.root,
      'income',
      answers.map((one, i) =>
        i % 10 === 0 ? { ...one, error: 'out of memory' } : { ...one, output: i % 2 },
      ),
    )
  })
  before('a model answers, another one listens', async () => {
    const models = makeTestModels()
    bag.add(() => models.close())
    const deploy = ['deploy', '--name', 'ages', '--trust']
    await project.json([...deploy, join(models.folder, 'one')])
    await project.json([...deploy, join(models.folder, 'two'), '--as', 'shadow'])
  })
  after(() => bag.close())

  it('runs the tests of the shell in its extension host', async () => {
    const files = ['activation', 'sidebar', 'cells', 'monitoring', 'deployments']
    assertAllPassed(await runInHost({ files, workspace: project.root }))
  })
})
