import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { artifactChecksum } from '../../shared/runs/artifact.ts'
import { linkRunArtifact, writeRunArtifact, type RunArtifacts } from '../../shared/runs/run_artifact.ts'
import { findRunInfo } from '../../shared/runs/run_data.ts'
import { insertRun } from '../../shared/runs/run.ts'
import { eachWithStore } from './store.ts'

describe('a text among the artifacts of runs', () => {
  const held = eachWithStore()
  const newRun = (): RunArtifacts => {
    const { store } = held
    const artifactsDir = join(held.folder, 'artifacts')
    mkdirSync(artifactsDir, { recursive: true })
    const run = findRunInfo(store, insertRun(store, { experimentId: '0', startMs: 1 }))
    assert.ok(run)
    return { store, artifactsDir, run }
  }

  it('is linked into another run, so that both have it once, and each loses only its own', () => {
    const [one, other] = [newRun(), newRun()]
    const written = writeRunArtifact(one, 'daybook/environment.json', '{"python":"3.14"}')
    assert.equal(linkRunArtifact(other, 'daybook/environment.json', written), true)
    const [file, linked] = [one, other].map(({ artifactsDir, run }) =>
      join(artifactsDir, '0', run.id, 'artifacts', 'daybook', 'environment.json'),
    )
    assert.ok(file !== undefined && linked !== undefined)
    assert.equal(statSync(file).ino, statSync(linked).ino)
    assert.equal(
      artifactChecksum(held.store, written.target.replace(one.run.id, other.run.id) as typeof written.target),
      written.sha256,
    )
    writeRunArtifact(one, 'daybook/environment.json', '{"python":"3.15"}')
    assert.equal(readFileSync(linked, 'utf8'), '{"python":"3.14"}')
    rmSync(file)
    assert.equal(readFileSync(linked, 'utf8'), '{"python":"3.14"}')
    assert.deepEqual(readdirSync(join(one.artifactsDir, '.incoming')), [])
  })

  it('is not linked where the first file is gone', () => {
    const [one, other] = [newRun(), newRun()]
    const written = writeRunArtifact(one, 'a.txt', 'a')
    rmSync(join(one.artifactsDir, written.target))
    assert.equal(linkRunArtifact(other, 'a.txt', written), false)
    assert.deepEqual(readdirSync(join(one.artifactsDir, '.incoming')), [])
  })
})
