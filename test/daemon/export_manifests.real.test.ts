import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { composeFile } from '../../shared/daemon/export/image_files.ts'
import { inferenceService, kubernetesManifests } from '../../shared/daemon/export/manifests.ts'

const facts = {
  ...{ name: 'income', revision: 3, modelUri: 'models:/income/3', image: 'income:3' },
  ...{ python: '3.12.1', openMp: true, workers: 2, workerBytes: 1e9 },
}

/**
 * The manifests against the schemas of those who read them: Kubernetes' own (PyPI kubernetes-validate), the types of
 * KServe's SDK, and a parser of the compose specification.
 */
describe('exported manifests', function () {
  this.timeout(300_000)
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'manifests-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** Runs a checker on a text; gives its exit code and words. */
  const check = (name: string, text: string, command: readonly string[]): { code: number; said: string } => {
    const path = join(folder, name)
    writeFileSync(path, text)
    const [program = '', ...args] = command
    const { status, stdout, stderr } = spawnSync(program, [...args, path], { encoding: 'utf8' })
    return { code: status ?? -1, said: stdout + stderr }
  }

  for (const [name, text] of Object.entries(kubernetesManifests(facts))) {
    it(`${name} is valid for Kubernetes, strictly, and a field that does not exist is refused`, async () => {
      const python = await cachedEnvironment('kubernetes-validate', ['kubernetes-validate==1.37.0'])
      for (const version of ['1.30.0', '1.33.0']) {
        const command = [python, '-m', 'kubernetes_validate', '--strict', '-k', version]
        const { code, said } = check(name, text, command)
        assert.equal(code, 0, said)
        assert.notEqual(check(name, text.replace(/^spec:$/m, 'spec:\n  noSuchField: 1'), command).code, 0)
      }
    })
  }

  it('the InferenceService is what the SDK of KServe has types for, and a field it does not know is refused', async () => {
    const python = await cachedEnvironment('kserve', ['kserve==0.21.0'])
    const command = [python, join(import.meta.dirname, 'kserve_schema.py')]
    const text = inferenceService(facts)
    const { code, said } = check('inferenceservice.yaml', text, command)
    assert.equal(code, 0, said)
    for (const [from, to, says] of [
      [/minReplicas:/, 'leastReplicas:', /predictor\.leastReplicas: V1beta1PredictorSpec has no such field/],
      [/containerPort: 8080/, 'containerPort: http', /ports\[0\]\.containerPort: int is wanted/],
    ] as const) {
      const refused = check('inferenceservice.yaml', text.replace(from, to), command)
      assert.notEqual(refused.code, 0)
      assert.match(refused.said, says)
    }
  })

  it('compose.yaml is read by a parser of the compose specification, and a field it does not know is refused', async () => {
    const python = await cachedEnvironment('compose-spec', ['compose-spec==0.2.1'])
    const program = 'import sys, compose_spec; compose_spec.PyCompose.from_yaml(open(sys.argv[1]).read())'
    const command = [python, '-c', program]
    const text = composeFile(facts)
    const { code, said } = check('compose.yaml', text, command)
    assert.equal(code, 0, said)
    const refused = check('compose.yaml', text.replace('read_only:', 'reed_only:'), command)
    assert.notEqual(refused.code, 0)
    assert.match(refused.said, /reed_only/)
  })
})
