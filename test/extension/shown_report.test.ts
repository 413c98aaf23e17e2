import assert from 'node:assert/strict'
import { reportPage } from '../../extension/monitor/report_page.ts'
import { ShownReport, type ReportContent } from '../../extension/monitor/shown_report.ts'
import { Problem } from '../../shared/base/problem.ts'

/** A report in a panel that keeps what it was told, and the answers to be given to its questions. */
function open() {
  const shown: ReportContent[] = []
  const answers: PromiseWithResolvers<string>[] = []
  const place = {
    closed: 0,
    show: (content: ReportContent) => shown.push(content),
    close: () => place.closed++,
  }
  const report = new ShownReport('r1', place, () => {
    const answer = Promise.withResolvers<string>()
    answers.push(answer)
    return answer.promise
  })
  const kinds = (): string[] => shown.map(({ kind }) => kind)
  return { report, place, shown, answers, kinds }
}

const away = new Problem('daemon_unreachable', 'The line to the daemon broke', { hint: 'Look at the <log>.' })
const dress = { isDark: true, nonce: 'n0', state: { id: 'r1', deployment: '</script>' } }

describe('a report in a panel', () => {
  it('says that it is on its way, then is shown', async () => {
    const { report, shown, answers } = open()
    const loaded = report.load()
    answers[0]?.resolve('<html>drift</html>')
    await loaded
    assert.deepEqual(shown, [{ kind: 'waiting' }, { kind: 'report', html: '<html>drift</html>' }])
  })

  it('stays open when the daemon cannot be asked, and comes when it is tried again', async () => {
    const { report, place, answers, kinds, shown } = open()
    const first = report.load()
    answers[0]?.reject(away)
    await first
    assert.deepEqual(shown.at(-1), { kind: 'failed', problem: away })
    const second = report.load()
    answers[1]?.resolve('<html></html>')
    await second
    assert.deepEqual(kinds(), ['waiting', 'failed', 'waiting', 'report'])
    assert.equal(place.closed, 0)
  })

  it('is closed only if the report itself is gone, not for an old daemon that lacks the method', async () => {
    const { report, place, answers, kinds } = open()
    const first = report.load()
    answers[0]?.reject(new Problem('not_found', 'There is no method "monitor.page"'))
    await first
    assert.deepEqual([kinds().at(-1), place.closed], ['failed', 0])
    const second = report.load()
    answers[1]?.reject(new Problem('not_found', 'There is no report r1', { details: { report: 'r1' } }))
    await assert.rejects(second, /There is no report r1/)
    assert.equal(place.closed, 1)
  })

  it('writes nothing into a panel that was closed meanwhile, and does not close it again', async () => {
    for (const settle of [
      (answer?: PromiseWithResolvers<string>) => answer?.resolve('<html></html>'),
      (answer?: PromiseWithResolvers<string>) => answer?.reject(away),
      (answer?: PromiseWithResolvers<string>) =>
        answer?.reject(new Problem('not_found', 'Gone', { details: { report: 'r1' } })),
    ]) {
      const { report, place, answers, kinds } = open()
      const loaded = report.load().catch(() => null)
      report.closed()
      settle(answers[0])
      await loaded
      assert.deepEqual([kinds(), place.closed], [['waiting'], 0])
    }
  })

  it('asks once however often it is told to', async () => {
    const { report, answers } = open()
    const both = [report.load(), report.load()]
    answers[0]?.resolve('')
    await Promise.all(both)
    assert.equal(answers.length, 1)
  })

  it('says in a sentence what failed and what to do, lets it be tried again, and keeps its name', () => {
    const html = reportPage({ kind: 'failed', problem: away }, dress)
    assert.match(html, /cannot be shown now: The line to the daemon broke\.<\/p>/)
    assert.match(html, /Look at the &lt;log>\./)
    assert.match(html, /<button>Try Again<\/button>/)
    for (const page of [html, reportPage({ kind: 'waiting' }, dress)]) {
      assert.match(page, /setState\(\{"id":"r1","deployment":"\\u003c\/script>"\}\)/)
      assert.match(page, /content="default-src 'none'; style-src 'nonce-n0'; script-src 'nonce-n0'"/)
      assert.equal(page.split('</script>').length, 2)
    }
    assert.doesNotMatch(reportPage({ kind: 'waiting' }, dress), /<button>/)
  })
})
