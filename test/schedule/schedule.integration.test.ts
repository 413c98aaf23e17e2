import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installationOf } from '../../shared/schedule/installation.ts'
import type { ScheduledJob } from '../../shared/schedule/job.ts'
import { parseWhen } from '../../shared/schedule/when.ts'
import type { JobRecord } from '../../shared/daemon/schedule.ts'

const cli = fileURLToPath(new URL('../../shared/daemon/cli/main.ts', import.meta.url))

describe('what the system is told of a schedule', () => {
  const job = (when: string): ScheduledJob => ({
    name: 'nightly',
    root: '/home/ana/50% & "done"',
    project: '0123456789abcdef',
    when: parseWhen(when),
    start: ['/usr/bin/node', '/opt/day book/daybook.mjs', 'schedule', 'run', 'nightly', "it's $5"],
    environment: { ELECTRON_RUN_AS_NODE: '1' },
    log: '/home/ana/log',
  })
  const files = (scheduler: Parameters<typeof installationOf>[0], when: string): string[] =>
    installationOf(scheduler, job(when), { home: '/home/ana', userId: 501 }).files.map(({ text }) => text)

  it('is a timer of systemd that makes up for missed times, with every word as it is', () => {
    const [service = '', timer = ''] = files('systemd', 'weekly monday 06:30')
    assert.match(service, /^WorkingDirectory=\/home\/ana\/50%% & "done"$/m)
    assert.match(service, /^Environment="ELECTRON_RUN_AS_NODE=1"$/m)
    assert.match(service, /^ExecStart="\/usr\/bin\/node" "\/opt\/day book\/daybook.mjs" .* "it's \$\$5"$/m)
    assert.match(timer, /^OnCalendar=Mon \*-\*-\* 06:30:00$\n^Persistent=true$/m)
    assert.match(files('systemd', 'every 15 minutes')[1] ?? '', /^OnCalendar=\*-\*-\* \*:0\/15:00$/m)
    assert.match(files('systemd', 'hourly')[1] ?? '', /^OnCalendar=\*-\*-\* \*:00:00$/m)
  })
  it('is a line of a crontab that sh takes as it is meant', () => {
    const [line = ''] = files('cron', 'weekly monday 06:30')
    assert.match(
      line,
      /^30 6 \* \* 1 cd '\/home\/ana\/50\\% & "done"' && ELECTRON_RUN_AS_NODE='1' '\/usr\/bin\/node' /,
    )
    assert.match(line, /'it'\\''s \$5' >\/dev\/null 2>&1 # daybook-0123456789abcdef-nightly\n$/)
  })
  it('is XML that reads back, for launchd and the Task Scheduler', () => {
    const read = (code: string, text: string): string => {
      const { status, stdout, stderr } = spawnSync('python3', ['-c', code], { input: text, encoding: 'utf8' })
      assert.equal(status, 0, stderr)
      return stdout.trim()
    }
    const [plist = ''] = files('launchd', 'weekly monday 06:30')
    const told = read(
      'import plistlib,sys,json; p=plistlib.loads(sys.stdin.buffer.read()); print(json.dumps([p["EnvironmentVariables"],p["ProgramArguments"],p["WorkingDirectory"],p["StartCalendarInterval"]]))',
      plist,
    )
    assert.deepEqual(JSON.parse(told), [
      { ELECTRON_RUN_AS_NODE: '1' },
      job('daily').start,
      job('daily').root,
      { Weekday: 1, Hour: 6, Minute: 30 },
    ])
    const [task = ''] = files('task-scheduler', 'daily 06:30')
    const name = '{http://schemas.microsoft.com/windows/2004/02/mit/task}'
    const found = read(
      `import sys,xml.etree.ElementTree as e; t=e.fromstring(sys.stdin.read()); print(t.findtext(".//${name}Command"), t.findtext(".//${name}StartBoundary"), t.findtext(".//${name}StartWhenAvailable"), sep="|")`,
      task,
    )
    assert.equal(found, 'cmd.exe|2024-01-07T06:30:00|true')
  })
})

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
    writeFileSync(join(root, 'crontab.txt'), '0 1 * * * mine\n')
    assert.equal(
      schedule('add', 'check', '--when', 'hourly', '--as', 'cron', '--', 'lint', '--sources').code,
      0,
    )
    const table = readFileSync(join(root, 'crontab.txt'), 'utf8')
    assert.match(table, /^0 1 \* \* \* mine\n0 \* \* \* \* cd '/)
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
    assert.equal(readFileSync(join(root, 'crontab.txt'), 'utf8'), '0 1 * * * mine\n')
  })
})
