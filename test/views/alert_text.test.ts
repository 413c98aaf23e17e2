import assert from 'node:assert/strict'
import type { Alert } from '../../shared/api/alert_methods.ts'
import { reportStyle } from '../../shared/monitor/report_style.ts'
import { alertMessage, alertNews, reportInEditor } from '../../shared/views/alert_text.ts'

const hour = 3_600_000
const alert = (id: number, severity: Alert['severity'], atMs: number): Alert => ({
  ...{
    id,
    severity,
    atMs,
    deployment: 'bikes',
    rule: 'inputs',
    says: `Sign ${id}.`,
    report: 'r',
    revision: 1,
  },
  ...{ modelUri: 'm', run: null, notebook: null, cell: null, acknowledgedMs: null, sent: [] },
  window: { fromMs: 0, toMs: 1 },
})

describe('alerts in an editor', () => {
  const open = [alert(3, 'info', 99 * hour), alert(2, 'critical', 98 * hour), alert(1, 'warning', 10 * hour)]
  const ids = (last: number | null): number[] => alertNews(open, last, 100 * hour).map(({ id }) => id)

  it('are told once, the gravest first, and of the last day to whoever looks for the first time', () => {
    assert.deepEqual(ids(null), [2, 3])
    assert.deepEqual(ids(2), [3])
    assert.deepEqual(ids(3), [])
  })
  it('make one message', () => {
    assert.equal(alertMessage(open.slice(0, 1)), 'Sign 3.')
    assert.equal(alertMessage(open), 'Sign 3. And 2 more alerts.')
    assert.equal(alertMessage([]), '')
  })
  it('lead to a report that may load and run nothing, in the colours of the editor', () => {
    const page = `<html><head><style>${reportStyle}</style></head></html>`
    const dark = reportInEditor(page, true)
    assert.match(
      dark,
      /^<html><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; /,
    )
    assert.match(dark, /color-scheme:dark;[^]*@media all\{/)
    assert.match(reportInEditor(page, false), /color-scheme:light;[^]*@media not all\{/)
  })

  it('lets VS Code remember which report it shows, by the one script that may run', () => {
    const state = { id: 'r1', deployment: '</script><b>' }
    const shown = reportInEditor('<html><head></head><script>bad()</script></html>', true, {
      nonce: 'n0',
      state,
    })
    assert.match(shown, /content="default-src 'none';[^"]*script-src 'nonce-n0'"/)
    const [, kept] = /<script nonce="n0">acquireVsCodeApi\(\)\.setState\((.*)\)<\/script>$/.exec(shown) ?? []
    assert.deepEqual(JSON.parse(kept ?? ''), state)
    assert.equal(shown.split('</script>').length, 3)
    assert.doesNotMatch(reportInEditor('<html><head></head></html>', true), /script/)
  })
})
