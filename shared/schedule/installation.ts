import { type Installation, jobId, type ScheduledJob, type Scheduler } from './job.ts'
import { type When, weekDays } from './when.ts'

/** What each scheduler needs for a job. `home` is the user's home folder, `userId` his number on macOS. */
export function installationOf(
  scheduler: Scheduler,
  job: ScheduledJob,
  { home, userId }: { home: string; userId: number },
): Installation {
  if (scheduler === 'systemd') return systemd(job, home)
  if (scheduler === 'launchd') return launchd(job, home, userId)
  return scheduler === 'task-scheduler' ? taskScheduler(job, home) : cron(job)
}

function systemd(job: ScheduledJob, home: string): Installation {
  const id = jobId(job)
  const folder = `${home}/.config/systemd/user`
  const service = `# Written by "daybook schedule add"; "daybook schedule remove ${job.name}" takes it away.
[Unit]
Description=Daybook: ${job.name} of ${job.root.replaceAll('%', '%%')}

[Service]
Type=oneshot
WorkingDirectory=${job.root.replaceAll('%', '%%')}
${Object.entries(job.environment)
  .map(([name, value]) => `Environment=${systemdWord(`${name}=${value}`, true)}\n`)
  .join('')}ExecStart=${job.start.map((word, i) => systemdWord(word, i === 0)).join(' ')}
Nice=10
`
  const timer = `# Written by "daybook schedule add"; "daybook schedule remove ${job.name}" takes it away.
[Unit]
Description=Daybook: times of ${job.name}

[Timer]
OnCalendar=${calendar(job.when)}
Persistent=true
AccuracySec=1min

[Install]
WantedBy=timers.target
`
  return {
    files: [
      { path: `${folder}/${id}.service`, text: service },
      { path: `${folder}/${id}.timer`, text: timer },
    ],
    on: [
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', '--now', `${id}.timer`],
    ],
    off: [['systemctl', '--user', 'disable', '--now', `${id}.timer`]],
    missed:
      'If the machine was off, it runs once when it is on again. Without a login it runs after "loginctl enable-linger".',
  }
}

/**
 * A word of ExecStart or Environment as systemd takes it whatever is in it; only arguments have variables.
 * @see systemd.service(5), command lines
 */
function systemdWord(word: string, isLiteral: boolean): string {
  const quoted = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')
  return `"${isLiteral ? quoted : quoted.replaceAll('$', '$$$$')}"`
}

function calendar(when: When): string {
  if (when.kind === 'minutes') return when.every === 60 ? '*-*-* *:00:00' : `*-*-* *:0/${when.every}:00`
  const time = `${two(when.hour)}:${two(when.minute)}:00`
  const day = when.kind === 'weekly' ? `${capital(weekDays[when.day] ?? '').slice(0, 3)} ` : ''
  return `${day}*-*-* ${time}`
}

function launchd(job: ScheduledJob, home: string, userId: number): Installation {
  const label = `dev.daybook.${job.project}.${job.name}`
  const path = `${home}/Library/LaunchAgents/${label}.plist`
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${xml(label)}</string>
  <key>ProgramArguments</key>
  <array>
${job.start.map((word) => `    <string>${xml(word)}</string>`).join('\n')}
  </array>
  <key>WorkingDirectory</key><string>${xml(job.root)}</string>
  <key>EnvironmentVariables</key><dict>${Object.entries(job.environment)
    .map(([name, value]) => `<key>${xml(name)}</key><string>${xml(value)}</string>`)
    .join('')}</dict>
  <key>StandardOutPath</key><string>${xml(job.log)}</string>
  <key>StandardErrorPath</key><string>${xml(job.log)}</string>
  <key>ProcessType</key><string>Background</string>
  <key>StartCalendarInterval</key>
${launchdTimes(job.when)}
</dict>
</plist>
`
  return {
    files: [{ path, text }],
    on: [['launchctl', 'bootstrap', `gui/${userId}`, path]],
    off: [['launchctl', 'bootout', `gui/${userId}/${label}`]],
    missed:
      'If the Mac slept, it runs once when it wakes; if it was off, that time is left out and told at the next.',
  }
}

function launchdTimes(when: When): string {
  const entry = (parts: readonly (readonly [string, number])[]): string =>
    `  <dict>${parts.map(([key, value]) => `<key>${key}</key><integer>${value}</integer>`).join('')}</dict>`
  if (when.kind === 'minutes') {
    const starts = Array.from({ length: 60 / when.every }, (_, i) => i * when.every)
    return `  <array>\n${starts.map((minute) => `  ${entry([['Minute', minute]])}`).join('\n')}\n  </array>`
  }
  const time = [['Hour', when.hour] as const, ['Minute', when.minute] as const]
  return entry(when.kind === 'weekly' ? [['Weekday', when.day], ...time] : time)
}

function taskScheduler(job: ScheduledJob, home: string): Installation {
  const id = jobId(job)
  const path = `${home}\\AppData\\Local\\daybook\\${id}.xml`
  // A task has no environment of its own: cmd sets it.
  const sets = Object.entries(job.environment).map(([name, value]) => `set "${name}=${value}"&& `)
  const [program, args] =
    sets.length === 0
      ? [job.start[0] ?? '', job.start.slice(1).map(windowsWord).join(' ')]
      : ['cmd.exe', `/d /s /c "${sets.join('')}${job.start.map(windowsWord).join(' ')}"`]
  // A day long past: the schedule counts from there.
  const begin = (time: string): string => `<StartBoundary>2024-01-07T${time}:00</StartBoundary>`
  const { when } = job
  const trigger =
    when.kind === 'minutes'
      ? `<CalendarTrigger>${begin('00:00')}<Repetition><Interval>PT${when.every}M</Interval><Duration>P1D</Duration></Repetition><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger>`
      : `<CalendarTrigger>${begin(`${two(when.hour)}:${two(when.minute)}`)}${
          when.kind === 'daily'
            ? '<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>'
            : `<ScheduleByWeek><DaysOfWeek><${capital(weekDays[when.day] ?? '')} /></DaysOfWeek><WeeksInterval>1</WeeksInterval></ScheduleByWeek>`
        }</CalendarTrigger>`
  const text = `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>${xml(`Daybook: ${job.name} of ${job.root}`)}</Description></RegistrationInfo>
  <Triggers>${trigger}</Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <Priority>7</Priority>
  </Settings>
  <Actions><Exec><Command>${xml(program)}</Command><Arguments>${xml(args)}</Arguments><WorkingDirectory>${xml(job.root)}</WorkingDirectory></Exec></Actions>
</Task>
`
  return {
    // schtasks takes UTF-16 with a byte order mark, and refuses UTF-8 as soon as the file says that it is.
    files: [{ path, text, encoding: 'utf16le' }],
    on: [['schtasks', '/Create', '/F', '/TN', `Daybook\\${id}`, '/XML', path]],
    off: [['schtasks', '/Delete', '/F', '/TN', `Daybook\\${id}`]],
    missed: 'If the machine was off, it runs once when it is on again. It runs while you are logged on.',
  }
}

/** As the C runtime of Windows takes words apart. */
function windowsWord(word: string): string {
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`
}

/** The line of a crontab for a job; its end names it, so that it is found again. */
export function cronLine(job: ScheduledJob): string {
  const { when } = job
  const time =
    when.kind === 'minutes'
      ? `${when.every === 60 ? '0' : `*/${when.every}`} * * * *`
      : `${when.minute} ${when.hour} * * ${when.kind === 'weekly' ? when.day : '*'}`
  // A bare % is a line break to cron.
  const sets = Object.entries(job.environment).map(([name, value]) => `${name}=${shellWord(value)} `)
  const command =
    `cd ${shellWord(job.root)} && ${sets.join('')}${job.start.map(shellWord).join(' ')}`.replaceAll(
      '%',
      '\\%',
    )
  return `${time} ${command} >/dev/null 2>&1 ${cronMark(job)}`
}

/** What the line of a job ends with. */
export function cronMark(job: Pick<ScheduledJob, 'project' | 'name'>): string {
  return `# ${jobId(job)}`
}

/** A crontab with the line of a job, or without it. */
export function editCrontab(crontab: string, job: ScheduledJob, isOn: boolean): string {
  const lines = crontab.split('\n').filter((line) => !line.endsWith(cronMark(job)))
  while (lines.at(-1) === '') lines.pop()
  return [...lines, ...(isOn ? [cronLine(job)] : [])].map((line) => `${line}\n`).join('')
}

function cron(job: ScheduledJob): Installation {
  return {
    files: [{ path: 'crontab', text: `${cronLine(job)}\n` }],
    on: [],
    off: [],
    missed: 'If the machine was off, that time is left out; it is told at the next.',
  }
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
