import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '../../shared/api/client.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

describe('what the page of a run asks', function () {
  this.timeout(120_000)
  let project: DaemonProject
  let client: Client
  let id: string

  before(async () => {
    project = makeDaemonProject()
    const cells = ['import daybook\nx = 3', 'daybook.log(accuracy=0.5)', 'print(x)']
    project.notebook('n.ipynb', cells)
    await project.json(['run', 'n.ipynb'])
    client = await project.client()
    const { rows } = await client.call('runs.window', {})
    id = rows.flatMap((row) => (row.kind === 'run' ? [row.id] : []))[0] ?? ''
  })
  after(async () => {
    client.close()
    await project.close()
  })

  it('compares the code that ran with the notebook as it is now', async () => {
    const before = await client.call('runs.code', { id })
    assert.deepEqual(
      before.cells.map(({ now }) => now),
      ['same', 'same', 'same'],
    )
    const path = join(project.root, 'n.ipynb')
    const notebook = JSON.parse(readFileSync(path, 'utf8')) as { cells: { source: string }[] }
    notebook.cells[0]!.source = 'import daybook\nx = 4'
    notebook.cells.pop()
    writeFileSync(path, JSON.stringify(notebook))
    const after = await client.call('runs.code', { id })
    assert.deepEqual(
      after.cells.map(({ now }) => now),
      ['changed', 'same', 'gone'],
    )
    assert.deepEqual(
      after.cells[0]?.changes?.map(({ kind }) => kind),
      ['same', 'removed', 'added'],
    )
  })
  it('reads the beginning of a file that the run left, and no file elsewhere', async () => {
    const part = await client.call('runs.artifact', { id, path: 'daybook/cells.json', maxBytes: 10 })
    assert.deepEqual([Buffer.from(part.base64, 'base64').length, part.cut], [10, true])
    await assert.rejects(client.call('runs.artifact', { id, path: 'no.txt' }), { code: 'not_found' })
    await assert.rejects(client.call('runs.artifact', { id, path: '../../../daybook.db' }))
  })
  it('writes the table as CSV and Arrow that pandas and pyarrow read', async () => {
    const shown = { params: [], metrics: ['accuracy'], tags: ['mlflow.runName'] }
    const { base64 } = await client.call('runs.export', { within: 'all', shown, format: 'csv' })
    const [head, ...lines] = Buffer.from(base64, 'base64').toString().trim().split('\r\n')
    assert.equal(
      head,
      'run_id,name,experiment,status,started,ended,duration_s,metrics.accuracy,tags.mlflow.runName',
    )
    assert.ok(lines.length >= 1 && lines.every((line) => line.includes('n.ipynb')))
    const arrow = await client.call('runs.export', { within: 'all', shown, format: 'arrow' })
    assert.equal(Buffer.from(arrow.base64, 'base64').subarray(0, 6).toString(), 'ARROW1')
  })
  it('sets tags of many runs and takes them back', async () => {
    const { undo } = await client.call('runs.setTags', { changes: [{ id, key: 'team', value: 'a' }] })
    assert.deepEqual(undo, [{ id, key: 'team', value: null }])
    assert.equal((await client.call('runs.get', { id })).tags['team'], 'a')
    await client.call('runs.setTags', { changes: undo })
    assert.equal((await client.call('runs.get', { id })).tags['team'], undefined)
    const unknown = { id: 'nobody', key: 'team', value: 'a' }
    await assert.rejects(client.call('runs.setTags', { changes: [{ id, key: 'team', value: 'b' }, unknown] }))
    assert.equal((await client.call('runs.get', { id })).tags['team'], undefined)
  })
})
