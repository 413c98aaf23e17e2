import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Alert } from '../../shared/api/alert_methods.ts'
import type { Retraining } from '../../shared/api/retrain_methods.ts'
import type { RunSummary } from '../../shared/api/run_methods.ts'
import type { AuditEntry } from '../../shared/governance/audit_log.ts'
import type { JoinedReport } from '../../shared/monitor/monitor_process.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

/** What was measured when the data were studied; settings and versions move it by some per cent. */
const found = { champion: 97.9, same: 96.1, last90: 42.8, counter: 39.3 }
const near = (value: number | undefined, expected: number): void =>
  assert.ok(
    Math.abs((value ?? NaN) - expected) <= 0.05 * expected,
    `${value} is not within 5 % of ${expected}`,
  )

describe('from a notebook to traffic, alert, retraining and back', function () {
  this.timeout(240_000)
  let [project, receiver]: [DaemonProject, Server] = [] as never
  const hooks: { body: string; signature: string; timestamp: string }[] = []
  const replay = (from: string, until: string, ...more: string[]): Promise<{ alerts: number[] }[]> =>
    project.json([
      ...['replay', 'bike_hour.csv', '--to', 'bikes', '--label', 'cnt', '--pace', '0'],
      ...['--from', from, '--until', until, ...more],
    ])

  before(async () => {
    project = makeDaemonProject()
    for (const name of ['bikes.ipynb', 'bike_hour.csv'])
      copyFileSync(
        fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)),
        join(project.root, name),
      )
    receiver = createServer((request, response) => {
      let body = ''
      request.on('data', (bytes) => (body += String(bytes)))
      request.on('end', () => {
        const { 'x-daybook-signature': signature, 'x-daybook-timestamp': timestamp } = request.headers
        hooks.push({ body, signature: String(signature), timestamp: String(timestamp) })
        response.end()
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const { port } = receiver.address() as AddressInfo
    project.file(
      'daybook.yaml',
      `monitor:
  everyMinutes: 0
  webhooks: [{url: "http://127.0.0.1:${port}/", secretFrom: BIKES_SECRET}]
  gate: {metrics: ["test_mae < 10"]}
`,
    )
    await project.daybook(['daemon', 'start'], { BIKES_SECRET: 'between us' })
  })
  after(async () => {
    receiver.close()
    await project.daybook(['down'])
    await project.close()
  })

  it('deploys the champion of 2011, which answers', async () => {
    await project.json(['run', 'bikes.ipynb'])
    const { runs } = await project.json<{ runs: RunSummary[] }>(['runs', '--nested', '--limit', '50'])
    const run = runs.find(({ tags }) => tags['daybook.target'] === 'cnt')
    near(run?.metrics['test_mae'], 20.3)
    const deployed = await project.json<{ example: number[] }>(['deploy', run?.id ?? '', '--name', 'bikes'])
    assert.equal(deployed.example.length, 3)
  })
  it('raises an alert within weeks of 2012, which leads to report, deployment, run and cell', async () => {
    const weeks = await replay('2012-01-01', '2012-02-11', '--until-alert')
    assert.ok(weeks.length <= 2)
    const [alert] = await project.json<Alert[]>(['alerts'])
    assert.match(alert?.says ?? '', /^Bikes: error \d+ instead of 20; predictions too low every day\./)
    assert.deepEqual([alert?.severity, alert?.rule, alert?.revision], ['critical', 'performance', 1])
    assert.equal(alert?.notebook, 'bikes.ipynb')
    assert.ok(alert.run !== null && alert.cell !== null)
    assert.match((await project.daybook(['alerts', '1'])).stdout, /the same weeks of 2011/)
    for (let i = 0; i < 50 && hooks.length === 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 100))
    const [hook] = hooks
    const expected = createHmac('sha256', 'between us')
      .update(`${hook?.timestamp}.${hook?.body}`)
      .digest('hex')
    assert.equal(hook?.signature, `sha256=${expected}`)
  })
  it('finds in April that retraining as such does not help, and what would', async () => {
    await replay('2012-04-01', '2012-04-30')
    const retraining = await project.json<Retraining>([
      ...['retrain', 'bikes', '--on-window', '2012-04-01..2012-04-30', '--alert', '1', '--shadow'],
    ])
    const { comparison, champion } = retraining
    near(comparison?.champion.loss, found.champion)
    near(champion.heldOut ?? undefined, 20.3)
    const losses = comparison?.candidates.map(({ loss }) => loss) ?? []
    near(losses[0], found.same)
    near(losses[1], found.last90)
    near(losses[2], found.counter)
    assert.match(comparison?.says ?? '', /^Retraining as such does not help: .* This would: with day counter/)
    assert.deepEqual([retraining.because, retraining.shadow], ['alert 1', 2])
  })
  it('judges the shadow on May, and promotes it through the gate, with a reason', async () => {
    await replay('2012-05-01', '2012-05-14')
    const report = await project.json<JoinedReport>(['shadow', 'bikes'])
    assert.equal(report.verdict, 'promote')
    const refused = await project.daybook(['promote', 'bikes'])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /The gate is closed: test_mae is [\d.]+, asked for is < 10/)
    const wordless = await project.daybook(['promote', 'bikes', '--override'])
    assert.match(wordless.stderr, /say why/)
    await project.json(['promote', 'bikes', '--override', '--reason', 'half the error in May'])
    const gate = await project.daybook(['gate', 'bikes', '--revision', '2'])
    assert.equal(gate.code, 3)
  })
  it('has every step in the audit log, and tells which entry was changed', async () => {
    const entries = await project.json<AuditEntry[]>(['audit', 'list', 'deployment bikes'])
    const actions = entries.map(({ action }) => action).reverse()
    const order = ['revision.deployed', 'alert.raised', 'retraining.started', 'retraining.judged']
    order.push('retraining.placed', 'gate.refused', 'gate.overridden', 'revision.promoted')
    assert.deepEqual(
      order.filter((action) => actions.includes(action)),
      order,
    )
    assert.deepEqual(
      [...order].sort((a, b) => actions.indexOf(a) - actions.indexOf(b)),
      order,
    )
    assert.equal((await project.daybook(['audit', 'verify'])).code, 0)
    const path = join(project.root, '.daybook', 'audit.jsonl')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('half the error', 'twice the error'))
    const broken = await project.daybook(['audit', 'verify'])
    assert.equal(broken.code, 3)
    assert.match(broken.stdout, /Entry \d+ was changed: its hash does not fit its content/)
    writeFileSync(path, text)
  })
})
