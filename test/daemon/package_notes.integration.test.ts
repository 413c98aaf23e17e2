import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CapturedCell } from '../../shared/api/run_methods.ts'
import { checkPackage } from '../../shared/daemon/deployments/package_files.ts'
import { packageNotes } from '../../shared/daemon/deployments/package_notes.ts'
import { readModelPackage } from '../../shared/models/model_package.ts'
import { python } from './project.ts'

const cells = [
  'import pandas as pd\nframe = pd.read_csv("adult.csv")',
  '# the categories\nframe = pd.get_dummies(frame)',
  'class Clip(BaseEstimator):\n    def transform(self, x):\n        return x.clip(0)',
  'model = make_pipeline(FunctionTransformer(lambda x: x + 1), LogisticRegression())',
]

/** As these cells run in a kernel: classes and functions are those of `__main__`. */
const script = `
import json, os, pickle, sys, cloudpickle, numpy as np
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
class Clip(BaseEstimator):
    def fit(self, x, y=None):
        return self
    def transform(self, x):
        return x.clip(0)
x = np.arange(8.0).reshape(-1, 2); y = [0, 1, 0, 1]
def package(name, model, dump, columns):
    folder = os.path.join(sys.argv[1], name); os.makedirs(folder)
    with open(os.path.join(folder, 'model.pkl'), 'wb') as file:
        dump.dump(model.fit(x, y), file)
    inputs = [{'type': 'double', 'name': column, 'required': True} for column in columns]
    told = {'flavors': {'sklearn': {}, 'python_function': {'python_version': '3.8.1'}},
            'signature': {'inputs': json.dumps(inputs), 'outputs': '[]'}}
    with open(os.path.join(folder, 'MLmodel'), 'w') as file:
        json.dump(told, file)
package('named', make_pipeline(Clip(), LogisticRegression()), pickle, ['a', 'b'])
package('carried', make_pipeline(FunctionTransformer(lambda x: x + 1), LogisticRegression()), cloudpickle, ['a', 'b'])
package('dummies', LogisticRegression(), pickle, ['age', 'work_state', 'work_private', 'sex_male'])
`

describe('what packaging notices', function () {
  this.timeout(60_000)
  let place: string
  before(() => {
    place = mkdtempSync(join(tmpdir(), 'daybook-notes-'))
    execFileSync(python, ['-c', script, place])
  })
  after(() => rmSync(place, { recursive: true, force: true }))

  async function notesOf(name: string): Promise<readonly string[]> {
    const folder = join(place, name)
    const program = join(import.meta.dirname, '../../shared/python/daybook/serve/start.py')
    const captured = cells.map((code, i) => ({ code, count: i + 1 }) as CapturedCell)
    return packageNotes(readModelPackage(folder), await checkPackage(python, program, folder), captured)
  }

  it('a class of the notebook that the file only names: its cell, and where to put it', async () => {
    const [note, version] = await notesOf('named')
    assert.match(
      note ?? '',
      /refers to Clip \(cell \[3\] \("class Clip\(BaseEstimator\):"\)\) of its notebook/,
    )
    assert.match(note ?? '', /Put that into a \.py file/)
    assert.match(version ?? '', /made with Python 3\.8\.1, this is 3\./)
  })

  it('a lambda that the file carries along: its cell', async () => {
    const [note] = await notesOf('carried')
    assert.match(note ?? '', /carries code of its notebook along \(function, such as in cell \[4\]/)
  })

  it('columns that a cell made and nobody who asks has: the cell, and the Pipeline to write', async () => {
    const [note] = await notesOf('dummies')
    assert.match(note ?? '', /wants 4 columns, 3 of which get_dummies made in cell \[2\]/)
    assert.match(note ?? '', /make_column_transformer\(\(OneHotEncoder/)
  })
})
