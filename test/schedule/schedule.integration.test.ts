import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JobRecord } from '../../shared/daemon/schedule.ts'

const cli = fileURLToPath(new URL('../../shared/daemon/cli/main.ts', import.meta.url))

describe('daybook schedule', function () {
  this.timeout(60_000)
  let root: string
  let bin: string
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'daybook-schedule-'))
    mkdirSync(join(root, '.git'))
    bin = join(root, 'bin')
    mkdirSync(bin)
    // Programs that stand for the system's: no machine's own schedule is touched.
    const table = join(root, 'crontab.txt')
    writeFileSync(
      join(bin, 'crontab'),
      `#!/bin/sh\nif [ "$1" = "-l" ]; then cat '${table}' 2>/dev/null; else cat > '${table}'; fi\n`,
    )
    writeFileSync(join(bin, 'systemctl'), `#!/bin/sh\necho "$@" >> '${join(root, 'systemctl.txt')}'\n`)
    chmodSync(join(bin, 'crontab'), 0o755)
    chmodSync(join(bin, 'systemctl'), 0o755)
  })
  after(() => rmSync(root, { recursive: true, force: true }))

  const environment = (): NodeJS.ProcessEnv => ({
    ...process.env,
    NO_COLOR: '1',
    HOME: root,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
  })
  const schedule = (...args: string[]): { code: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', cli, 'schedule', ...args],
      { encoding: 'utf8', cwd: root, env: environment() },
    )
    return { code: status, out: stdout, err: stderr }
  }
  const jobs = (): JobRecord[] => JSON.parse(schedule('list', '--json').out) as JobRecord[]

  it('shows what it would write, and writes nothing, when asked for that', () => {
    const { code, out } = schedule(
      'add',
      'nightly',
      '--when',
      'daily 06:30',
      '--as',
      'systemd',
      '--dry-run',
      '--',
      'lint',
      '--sources',
    )
    assert.equal(code, 0)
    assert.match(out, /OnCalendar=\*-\*-\* 06:30:00/)
    assert.match(out, /\$ systemctl --user enable --now daybook-/)
    assert.equal(existsSync(join(root, '.config')), false)
    assert.deepEqual(jobs(), [])
  })
  it('writes for systemd, and takes it away again', () => {
    const added = schedule(
      'add',
      'nightly',
      '--when',
      'daily 06:30',
      '--as',
      'systemd',
      '--',
      'lint',
      '--sources',
    )
    assert.equal(added.code, 0, added.err)
    assert.deepEqual(
      jobs().map(({ name, when, args }) => [name, when, args]),
      [['nightly', 'daily 06:30', ['lint', '--sources']]],
    )
    assert.match(
      readFileSync(join(root, 'systemctl.txt'), 'utf8'),
      /--user daemon-reload\n--user enable --now daybook-\w+-nightly\.timer/,
    )
    assert.equal(schedule('remove', 'nightly').code, 0)
    assert.deepEqual(jobs(), [])
    assert.match(readFileSync(join(root, 'systemctl.txt'), 'utf8'), /disable --now/)
    assert.match(schedule('remove', 'nightly').err, /There is no job "nightly"/)
  })
  it('fires from a crontab though nothing of Daybook runs, and tells what was missed', () => {
    writeFileSync(join(root, 'daybook.yaml'), 'sources: {days: {path: days.csv, rows: {least: 3}}}\n')
    writeFileSync(join(root, 'days.csv'), 'a,b\n1,2\n')
    writeFileSync(join(root, 'crontab.txt'), 'MAILTO=me\n\n0 1 * * * mine\n')
    assert.equal(
      schedule('add', 'check', '--when', 'hourly', '--as', 'cron', '--', 'lint', '--sources').code,
      0,
    )
    const table = readFileSync(join(root, 'crontab.txt'), 'utf8')
    assert.match(table, /^MAILTO=me\n\n0 1 \* \* \* mine\n0 \* \* \* \* cd '/)
    const path = join(root, '.daybook', 'schedule.json')
    const kept = JSON.parse(readFileSync(path, 'utf8')) as JobRecord[]
    writeFileSync(
      path,
      JSON.stringify(kept.map((each) => ({ ...each, addedAtMs: Date.now() - 5 * 3_600_000 }))),
    )
    assert.match(schedule('list').out, /check +hourly +lint --sources +cron +never +in .* [45] since then/)
    // As cron does: the line without its times, by sh.
    const line =
      table
        .split('\n')
        .find((each) => each.includes('schedule'))
        ?.replace(/^(\S+ ){5}/, '') ?? ''
    const fired = spawnSync('/bin/sh', ['-c', line], { env: environment(), encoding: 'utf8' })
    assert.equal(fired.status, 3)
    const log = readFileSync(join(root, '.daybook', 'logs', 'schedule-check.log'), 'utf8')
    assert.match(log, /lint --sources · [45] times before were missed/)
    assert.match(log, /days has 1 row, expected at least 3/)
    const [job] = jobs()
    assert.equal(job?.lastCode, 3)
    assert.ok(job.missed >= 4)
    assert.equal(schedule('remove', 'check').code, 0)
    assert.equal(readFileSync(join(root, 'crontab.txt'), 'utf8'), 'MAILTO=me\n\n0 1 * * * mine\n')
  })
})
