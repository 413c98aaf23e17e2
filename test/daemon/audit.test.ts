import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openState, type StatePaths } from '../../shared/base/project.ts'
import { AuditTrail } from '../../shared/daemon/audit.ts'
import { auditedRoutes } from '../../shared/daemon/mlflow/audited.ts'
import type { JsonRoute } from '../../shared/daemon/mlflow/route.ts'
import { mlflowRoutes } from '../../shared/daemon/mlflow/routes.ts'
import { openStore, type Store } from '../../shared/store/store.ts'

describe('AuditTrail', () => {
  let [folder, store, paths]: [string, Store, StatePaths] = [] as never
  let nowMs = 0
  const clock = { nowMs: () => ++nowMs }
  const open = (): AuditTrail => new AuditTrail({ paths, store, clock })
  const file = (): string => join(paths.dir, 'audit.jsonl')
  const lines = (): string[] => readFileSync(file(), 'utf8').trimEnd().split('\n')
  const rewrite = (all: readonly string[]): void => writeFileSync(file(), `${all.join('\n')}\n`)

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'd-'))
    paths = openState(folder)
    store = openStore(paths.database)
  })
  afterEach(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function fill(): AuditTrail {
    const audit = open()
    for (let i = 0; i < 6; i++)
      audit.record({
        action: 'alert.raised',
        subject: `deployment bikes/${i}`,
        details: { n: i, no: undefined },
      })
    return audit
  }
  function broken(audit: AuditTrail): [number, string] {
    const check = audit.verify()
    return check.kind === 'broken' ? [check.seq, check.why] : [-1, '']
  }

  it('goes on where the daemon before it ended, and takes a torn last line away', () => {
    fill()
    appendFileSync(file(), '{"action":"half of')
    const audit = open()
    const entry = audit.record({ action: 'revision.promoted', subject: 'deployment bikes', reason: 'better' })
    assert.equal(entry.seq, 6)
    assert.equal(audit.verify().kind, 'whole')
    assert.deepEqual(
      audit.list({ limit: 2, subject: 'deployment bikes' }).map(({ seq }) => seq),
      [6, 5],
    )
  })
  it('tells the place of an entry that was changed, taken out or put in', () => {
    const audit = fill()
    const all = lines()
    rewrite(all.map((line, i) => (i === 3 ? line.replace('"n":3', '"n":4') : line)))
    assert.deepEqual(broken(audit), [3, 'Entry 3 was changed: its hash does not fit its content'])
    rewrite(all.filter((_, i) => i !== 2))
    assert.equal(broken(audit)[0], 2)
    rewrite([...all.slice(0, 2), ...all.slice(1)])
    assert.equal(broken(audit)[0], 2)
  })
  it('sees a cut end by what the database remembers, and a log written anew by a checkpoint from elsewhere', () => {
    const audit = fill()
    const check = audit.checkpoint()
    const all = lines()
    rewrite(all.slice(0, 4))
    assert.deepEqual(broken(audit), [4, 'Entries from 4 to 5 are gone: there were 6'])
    rmSync(file())
    store.run('DELETE FROM audit_head')
    store.run('DELETE FROM audit_checkpoint')
    const forged = open()
    for (let i = 0; i < 6; i++) forged.record({ action: 'nothing.happened', subject: 'deployment bikes' })
    assert.equal(forged.verify().kind, 'whole')
    const given = check.kind === 'whole' ? [check.checkpoint] : []
    const again = forged.verify(given)
    assert.match(again.kind === 'broken' ? again.why : '', /written anew/)
  })
  it('is told of every change of the registry, with what stood before', async () => {
    const audit = open()
    const routes = auditedRoutes(mlflowRoutes).filter((route): route is JsonRoute => route.kind === 'json')
    const post = (path: string, params: Record<string, unknown>, method = 'POST'): unknown =>
      routes
        .find((route) => route.path === path && route.method === method)
        ?.handle(
          {
            store,
            clock,
            artifactsDir: paths.artifacts,
            caller: { capability: 'kernel-1' },
            changed: () => undefined,
            audit: (event) => void audit.record(event),
          },
          params,
        )
    await post('registered-models/create', { name: 'bikes' })
    const version = { name: 'bikes', source: 's3://models/bikes' }
    await post('model-versions/create', version)
    await post('model-versions/create', version)
    await post('registered-models/alias', { name: 'bikes', alias: 'champion', version: '1' })
    await post('registered-models/alias', { name: 'bikes', alias: 'champion', version: '2' })
    assert.throws(() => post('registered-models/alias', { name: 'bikes', alias: 'champion', version: '9' }))
    const told = audit
      .list({ limit: 10, subject: 'model bikes' })
      .map(({ action, subject, details }) => [action, subject, details])
    assert.deepEqual(told.slice(0, 3), [
      [
        'model_version_alias.created',
        'model bikes/2',
        { alias: 'champion', before: 1, capability: 'kernel-1' },
      ],
      ['model_version_alias.created', 'model bikes/1', { alias: 'champion', capability: 'kernel-1' }],
      ['model_version.created', 'model bikes/2', { source: 's3://models/bikes', capability: 'kernel-1' }],
    ])
    assert.equal(told.length, 5)
  })
})
