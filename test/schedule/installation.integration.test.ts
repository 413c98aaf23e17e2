import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { editCrontab, installationOf } from '../../shared/schedule/installation.ts'
import { type InstalledFile, type ScheduledJob, schedulers } from '../../shared/schedule/job.ts'
import { parseWhen, weekDays } from '../../shared/schedule/when.ts'
import { skip } from '../skip.ts'

const whens = ['hourly', 'every 15 minutes', 'daily 00:00', 'weekly monday 06:30', 'weekly sunday 23:59']

describe('what the system is told of a schedule', function () {
  this.timeout(60_000)
  let folder: string
  let root: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-installation-'))
    root = join(folder, '50% & "done" <b>')
    mkdirSync(root)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const job = (when: string, more: Partial<ScheduledJob> = {}): ScheduledJob => ({
    name: 'nightly',
    root,
    project: '0123456789abcdef',
    when: parseWhen(when),
    start: [process.execPath, '/opt/day book/daybook.mjs', 'schedule', 'run', 'nightly', `it's $5 \\ %h "x"`],
    environment: { ELECTRON_RUN_AS_NODE: '1', WITH: '%h "$x" \\' },
    log: '/home/ana/a & b.log',
    ...more,
  })
  const files = (scheduler: (typeof schedulers)[number], of: ScheduledJob): readonly InstalledFile[] =>
    installationOf(scheduler, of, { home: '/home/ana', userId: 501 }).files
  /** What Python makes of a text, as JSON. */
  function python(code: string, bytes: Buffer): unknown {
    const { status, stdout, stderr } = spawnSync('python3', ['-c', code], { input: bytes, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    return JSON.parse(stdout)
  }

  it('says by every scheduler what becomes of times at which the machine was off', () => {
    const place = { home: '/home/ana', userId: 501 }
    for (const scheduler of schedulers)
      assert.match(
        installationOf(scheduler, job('daily'), place).missed,
        /off, (it runs once|that time is left)/,
      )
  })

  describe('systemd', () => {
    it('has units of known sections and keys, each word as it is', () => {
      const [service, timer] = files('systemd', job('weekly monday 06:30'))
      const shape = ({ text = '' }: Partial<InstalledFile> = {}): string[] =>
        [...text.matchAll(/^(?:(\[\w+\])|(\w+)=.*|#.*|)$/gm)]
          .map((found) => found[1] ?? found[2] ?? '')
          .filter(Boolean)
      assert.equal(
        shape(service).join(' '),
        '[Unit] Description [Service] Type WorkingDirectory Environment Environment ExecStart Nice',
      )
      assert.equal(
        shape(timer).join(' '),
        '[Unit] Description [Timer] OnCalendar Persistent AccuracySec [Install] WantedBy',
      )
      assert.match(service?.text ?? '', /^WorkingDirectory=.*\/50%% & "done" <b>$/m)
      assert.match(service?.text ?? '', /^Environment="WITH=%%h \\"\$x\\" \\\\"$/m)
      assert.match(
        service?.text ?? '',
        /^ExecStart="\/[^"]+" "\/opt\/day book\/daybook.mjs" .* "it's \$\$5 \\\\ %%h \\"x\\""$/m,
      )
      assert.match(timer?.text ?? '', /^OnCalendar=Mon \*-\*-\* 06:30:00$\n^Persistent=true$/m)
    })
    it('takes them without a word, and knows the times', function () {
      if (spawnSync('systemd-analyze', ['--version']).status !== 0)
        skip(this, 'systemd-analyze is not here (Debian: systemd)')
      // It asks for the user's folder of run time, which a machine without a login has not.
      const env = { ...process.env, XDG_RUNTIME_DIR: folder }
      const analyze = (...args: string[]): string => {
        const { status, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8', env })
        return status === 0 ? stderr : `${status ?? ''} ${stderr}`
      }
      for (const when of whens) {
        const written = files('systemd', job(when)).map(({ path, text }) => {
          const name = join(folder, basename(path))
          writeFileSync(name, text)
          return name
        })
        for (const path of written) assert.equal(analyze('verify', '--user', path), '')
        const [, at = ''] = /^OnCalendar=(.*)$/m.exec(files('systemd', job(when))[1]?.text ?? '') ?? []
        assert.equal(analyze('calendar', at), '')
      }
    })
  })

  it('is a property list of launchd with the types that launchd asks for', () => {
    const read = (when: string): Record<string, unknown> =>
      python(
        'import plistlib,sys,json; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))',
        Buffer.from(files('launchd', job(when))[0]?.text ?? ''),
      ) as Record<string, unknown>
    const { StartCalendarInterval: at, ...rest } = read('weekly sunday 23:59')
    assert.deepEqual(at, { Weekday: 0, Hour: 23, Minute: 59 })
    assert.deepEqual(rest, {
      Label: 'dev.daybook.0123456789abcdef.nightly',
      ProgramArguments: job('daily').start,
      WorkingDirectory: root,
      EnvironmentVariables: job('daily').environment,
      StandardOutPath: '/home/ana/a & b.log',
      StandardErrorPath: '/home/ana/a & b.log',
      ProcessType: 'Background',
    })
    assert.deepEqual(read('daily')['StartCalendarInterval'], { Hour: 6, Minute: 0 })
    assert.deepEqual(read('hourly')['StartCalendarInterval'], [{ Minute: 0 }])
    assert.deepEqual(
      read('every 15 minutes')['StartCalendarInterval'],
      [0, 15, 30, 45].map((minute) => ({ Minute: minute })),
    )
  })

  describe('Task Scheduler', () => {
    type Element = [name: string, text: string, children: Element[]]
    const read = (of: ScheduledJob): Element => {
      const [file] = files('task-scheduler', of)
      assert.equal(file?.encoding, 'utf16le')
      // As it is written: what the first line says of the encoding must be true.
      return python(
        'import sys,json,xml.etree.ElementTree as e\n' +
          'def tell(x): return [x.tag.replace("{http://schemas.microsoft.com/windows/2004/02/mit/task}", ""), (x.text or "").strip(), [tell(y) for y in x]]\n' +
          'print(json.dumps(tell(e.fromstring(sys.stdin.buffer.read()))))',
        Buffer.from(`\ufeff${file.text}`, 'utf16le'),
      ) as Element
    }
    const child = ([, , children]: Element, name: string): Element | undefined =>
      children.find((each) => each[0] === name)

    it('has elements in the order of its schema ([MS-TSCH] 2.5), for every time', () => {
      // Where the schema has a sequence the order is a must; elsewhere it is that of its pages.
      const order: Readonly<Record<string, readonly string[]>> = {
        Task: ['RegistrationInfo', 'Triggers', 'Settings', 'Data', 'Principals', 'Actions'],
        CalendarTrigger: [
          'Enabled',
          'StartBoundary',
          'EndBoundary',
          'Repetition',
          'ExecutionTimeLimit',
          'RandomDelay',
          'ScheduleByDay',
          'ScheduleByWeek',
        ],
        Repetition: ['Interval', 'Duration', 'StopAtDurationEnd'],
        Exec: ['Command', 'Arguments', 'WorkingDirectory'],
      }
      const check = ([name, , children]: Element): void => {
        const known = order[name]
        const names = children.map(([each]) => each)
        if (known !== undefined)
          assert.deepEqual(
            names,
            known.filter((each) => names.includes(each)),
          )
        children.forEach(check)
      }
      for (const when of whens) check(read(job(when)))
    })
    it('tells what runs when, makes up for missed times, and goes on without mains', () => {
      const task = read(job('weekly monday 06:30', { environment: {} }))
      const trigger = child(task, 'Triggers')?.[2][0]
      assert.equal(trigger && child(trigger, 'StartBoundary')?.[1], '2024-01-07T06:30:00')
      const week = trigger && child(trigger, 'ScheduleByWeek')
      assert.deepEqual(week?.[2], [
        ['DaysOfWeek', '', [['Monday', '', []]]],
        ['WeeksInterval', '1', []],
      ])
      assert.deepEqual(
        Object.fromEntries((child(task, 'Settings')?.[2] ?? []).map(([name, text]) => [name, text])),
        {
          MultipleInstancesPolicy: 'IgnoreNew',
          DisallowStartIfOnBatteries: 'false',
          StopIfGoingOnBatteries: 'false',
          StartWhenAvailable: 'true',
          Priority: '7',
        },
      )
      const [exec] = child(task, 'Actions')?.[2] ?? []
      assert.equal(exec && child(exec, 'Command')?.[1], process.execPath)
      assert.equal(exec && child(exec, 'WorkingDirectory')?.[1], root)
      assert.equal(
        exec && child(exec, 'Arguments')?.[1],
        String.raw`"/opt/day book/daybook.mjs" "schedule" "run" "nightly" "it's $5 \ %h \"x\""`,
      )
      const [quarter] = child(read(job('every 15 minutes')), 'Triggers')?.[2] ?? []
      assert.deepEqual(quarter && child(quarter, 'Repetition')?.[2], [
        ['Interval', 'PT15M', []],
        ['Duration', 'P1D', []],
      ])
    })
  })

  describe('cron', () => {
    it('has five fields within their ranges, and the name at its end', () => {
      const ranges = [59, 23, 31, 12, 7]
      for (const when of [...whens, ...weekDays.map((day) => `weekly ${day} 00:00`)]) {
        const text = files('cron', job(when))[0]?.text ?? ''
        const fields = text.split(' ').slice(0, 5)
        fields.forEach((field) => assert.match(field, /^(\*(\/\d+)?|\d+)$/, text))
        fields.forEach((field, i) => assert.ok(Number(/\d+/.exec(field)?.[0] ?? 1) <= (ranges[i] ?? 0), text))
        assert.match(text, / >\/dev\/null 2>&1 # daybook-0123456789abcdef-nightly\n$/)
        assert.equal(text.match(/\n/g)?.length, 1)
      }
    })
    it('hands every word over as it is, % and quotes too (property)', () => {
      const show = join(folder, 'show')
      writeFileSync(show, '#!/bin/sh\npwd > "$OUT"; printf "%s\\0" "$V" "$@" >> "$OUT"\n')
      chmodSync(show, 0o755)
      const word = fc.string({
        unit: fc.constantFrom('a', '%', '\\', "'", '"', '$', ' ', '#', '&', 'ä'),
        maxLength: 8,
      })
      const out = join(folder, 'out')
      fc.assert(
        fc.property(fc.array(word, { maxLength: 4 }), word, (words, value) => {
          const { text = '' } =
            files('cron', job('daily', { start: [show, ...words], environment: { V: value } }))[0] ?? {}
          const command = asCron(text.trimEnd().split(' ').slice(5).join(' '))
          const { status } = spawnSync('/bin/sh', ['-c', command], { env: { ...process.env, OUT: out } })
          assert.equal(status, 0)
          const said = spawnSync('cat', [out], { encoding: 'utf8' }).stdout
          assert.equal(said, `${root}\n${[value, ...words].map((each) => `${each}\0`).join('')}`)
        }),
        { numRuns: 40 },
      )
    })
    it('leaves the rest of a crontab as it is', () => {
      const mine = 'MAILTO=me\n\n# nightly\n0 1 * * * mine\n'
      const added = editCrontab(mine, job('daily'), true)
      assert.ok(added.startsWith(mine))
      assert.equal(editCrontab(added, job('hourly'), true).split('\n').length, added.split('\n').length)
      assert.equal(editCrontab(added, job('daily'), false), mine)
      assert.equal(editCrontab('', job('daily'), false), '')
    })
  })
})

/** What cron makes of a command: a bare % ends it, and \% is a %. @see crontab(5) */
function asCron(line: string): string {
  let command = ''
  let isEscaped = false
  for (const letter of line) {
    if (isEscaped && letter !== '%') command += '\\'
    else if (!isEscaped && letter === '%') break
    isEscaped = letter === '\\'
    if (!isEscaped) command += letter
  }
  return command
}
