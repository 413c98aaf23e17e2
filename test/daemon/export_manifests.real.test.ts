import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { kubernetesManifests } from '../../shared/daemon/export/manifests.ts'

/** The manifests against Kubernetes' own schemas, as the PyPI package kubernetes-validate carries them. */
describe('exported manifests', function () {
  this.timeout(180_000)
  let folder: string
  let validate: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'manifests-'))
    const python = await cachedEnvironment('kubernetes-validate', ['kubernetes-validate==1.37.0'])
    validate = join(dirname(python), 'kubernetes-validate')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const facts = {
    ...{ name: 'income', revision: 3, modelUri: 'models:/income/3', image: 'income:3' },
    ...{ python: '3.12.1', openMp: true, workers: 2, workerBytes: 1e9 },
  }

  for (const [name, text] of Object.entries(kubernetesManifests(facts))) {
    it(`${name} is valid, strictly, and a field that does not exist is refused`, () => {
      const path = join(folder, name)
      writeFileSync(path, text)
      execFileSync(validate, ['--strict', '-k', '1.30.0', path])
      writeFileSync(path, text.replace(/^spec:$/m, 'spec:\n  noSuchField: 1'))
      assert.throws(() => execFileSync(validate, ['--strict', '-k', '1.30.0', path], { stdio: 'pipe' }))
    })
  }
})
