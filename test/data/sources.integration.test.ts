import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSources } from '../../shared/data/source_settings.ts'

const cli = fileURLToPath(new URL('../../shared/daemon/cli/main.ts', import.meta.url))

describe('sources of daybook.yaml', function () {
  this.timeout(60_000)
  let root: string
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'daybook-sources-'))
    mkdirSync(join(root, '.git'))
  })
  after(() => rmSync(root, { recursive: true, force: true }))

  const write = (name: string, rows: number, latest = Date.now()): void => {
    const line = (i: number): string => `${i},${new Date(latest - i * 60_000).toISOString().slice(0, 19)}`
    writeFileSync(join(root, name), `n,at\n${Array.from({ length: rows }, (_, i) => line(i)).join('\n')}\n`)
  }
  const settings = (text: string): void => writeFileSync(join(root, 'daybook.yaml'), text)
  const check = (...args: string[]): { code: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', cli, 'lint', '--sources', ...args, '--project', root],
      { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', SHOP: 'a' } },
    )
    return { code: status, out: stdout, err: stderr }
  }

  it('are checked for age and number of rows, also against the last time', () => {
    settings(
      'sources:\n  shop: {path: "${SHOP}*.csv", fresh: {column: at, within: 1 hour}, rows: {least: 50, change: 0.3}}\n',
    )
    write('a.csv', 100)
    const first = check()
    assert.equal(first.code, 0, first.out + first.err)
    assert.match(first.out, /^shop 100 rows × 2/)
    write('a.csv', 40, Date.now() - 5 * 3_600_000)
    const second = check('shop')
    assert.equal(second.code, 3, second.err)
    assert.match(second.out, /✗ shop has 40 rows, expected at least 50 \[source-rows\]/)
    assert.match(second.out, /✗ shop has 40 rows, 60 % fewer than .* ago \(100\); expected within 30 %/)
    assert.match(second.out, /✗ shop is 5 h 0 min old by at \(latest .*\), expected within 1 h 0 min/)
  })
  it('are as old as their files, and one that cannot be read stops no other', () => {
    settings('sources:\n  days: {path: a.csv, fresh: 1 day}\n  gone: {path: gone.csv}\n')
    write('a.csv', 30)
    const old = new Date(Date.now() - 3 * 86_400_000)
    utimesSync(join(root, 'a.csv'), old, old)
    const { code, out, err } = check()
    assert.equal(code, 1)
    assert.match(out, /days is 3 d|days is 72 h/)
    assert.match(out, /gone gone\.csv\n✗ There is no file/)
    assert.match(err, /1 source could not be read/)
  })
  it('that are said wrongly are refused with the place', () => {
    const refused = (text: string, says: RegExp): void => assert.throws(() => parseSources(text, {}), says)
    refused('sources: {a: {}}', /sources\.a\.path/)
    refused('sources: {a: {path: x, fresh: soon}}', /"soon" is no span/)
    refused('sources: {a: {path: "postgres://me:${SECRET}@h/d"}}', /SECRET is not set/)
    refused('sources: {a: {path: x, rows: {lest: 1}}}', /sources\.a\.rows/)
    settings('lint: {onRun: true}\n')
    assert.match(check().err, /names no sources/)
  })
})
