import assert from 'node:assert/strict'
import type { Alert } from '../../shared/api/alert_methods.ts'
import { alertMessage, alertNews, reportInEditor } from '../../shared/views/alert_text.ts'
import { writePredictions } from '../monitor/prediction_log.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

describe('an alert as an editor tells it', function () {
  this.timeout(60_000)
  let project: DaemonProject

  before(async () => {
    project = makeDaemonProject()
    project.file(
      'daybook.yaml',
      'monitor: {everyMinutes: 0, rules: [{when: failures, severity: critical}]}\n',
    )
    const answers = Array.from({ length: 200 }, (_, i) => ({ requestId: `r${i}`, inputs: { age: i } }))
    await writePredictions(
      project.root,
      'income',
      answers.map((one, i) =>
        i % 10 === 0 ? { ...one, output: null, error: 'out of memory' } : { ...one, output: i % 2 },
      ),
    )
  })
  after(() => project.close())

  it('is one sentence that leads to a report which runs nothing', async () => {
    await project.json(['drift', 'income'])
    const client = await project.client()
    const open: Alert[] = await client.call('alerts.list', { open: true })
    const [alert] = alertNews(open, null, Date.now())
    assert.ok(alert)
    assert.equal(alert.severity, 'critical')
    assert.match(alertMessage([alert]), /^Income: (10 %|.*10 %).*\.$/)
    const { html } = await client.call('monitor.page', { id: alert.report })
    const shown = reportInEditor(html, true)
    assert.match(shown, /<head><meta http-equiv="Content-Security-Policy" content="default-src 'none'/)
    assert.doesNotMatch(shown, /prefers-color-scheme/)
    await client.call('alerts.acknowledge', { id: alert.id, reason: 'mended' })
    assert.deepEqual(await client.call('alerts.list', { open: true }), [])
  })
})
