import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newDeploymentRecord } from '../../shared/serving/deployment_record.ts'
import { forgetRevisionFiles, requireRevisionFiles } from '../../shared/serving/revision_retention.ts'
import type { RevisionSpec } from '../../shared/serving/revision_spec.ts'

describe('copies of models', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'daybook-revisions-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const spec = (revision: number, where = join(folder, 'models', String(revision))): RevisionSpec => {
    mkdirSync(where, { recursive: true })
    return {
      ...{ revision, folder: where, modelUri: `models:/ages/${revision}`, runId: null, notebook: null },
      ...{ python: 'python', createdAtMs: 0, notes: [] },
    }
  }

  it('go with revisions that nobody can want back, and with no others', () => {
    const elsewhere = join(folder, 'mine')
    const record = {
      ...newDeploymentRecord('ages', 0),
      revisions: [spec(1), spec(2, elsewhere), ...[3, 4, 5, 6, 7, 8, 9, 10].map((one) => spec(one))],
      ...{
        champion: 3,
        former: [5],
        canary: { revision: 6, weight: 0.1 },
        shadow: { revision: 7, sample: 1 },
      },
    }
    assert.deepEqual(forgetRevisionFiles(record, folder), [1, 4])
    assert.deepEqual(forgetRevisionFiles(record, folder), [])
    assert.ok(existsSync(elsewhere))
    assert.deepEqual(
      record.revisions.filter((one) => !existsSync(one.folder)).map(({ revision }) => revision),
      [1, 4],
    )
  })

  it('that are gone are told, with the way to get the model back', () => {
    const kept = spec(1)
    requireRevisionFiles('ages', kept)
    rmSync(kept.folder, { recursive: true })
    assert.throws(() => requireRevisionFiles('ages', kept), {
      message: 'The files of revision 1 of "ages" are not kept any more',
      hint: '"daybook deploy models:/ages/1 --name ages" makes its model answer again.',
    })
  })
})
