import { spawn, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { Problem } from '../base/problem.ts'
import { openState, projectHash, type StatePaths } from '../base/project.ts'
import { editCrontab, installationOf } from '../schedule/installation.ts'
import { type Installation, type ScheduledJob, type Scheduler, schedulers } from '../schedule/job.ts'
import { missedTimes, parseWhen, showWhen } from '../schedule/when.ts'

const record = z.object({
  name: z.string(),
  when: z.string(),
  /** What of the command line is run: `lint --sources`. */
  args: z.array(z.string()),
  scheduler: z.enum(schedulers),
  addedAtMs: z.number(),
  lastRunMs: z.number().nullable(),
  lastCode: z.number().nullable(),
  missed: z.number(),
})

/** A job as the project keeps it. */
export type JobRecord = z.infer<typeof record>

/** What is asked for. */
export interface JobRequest {
  name: string
  when: string
  args: readonly string[]
  scheduler: Scheduler | null
}

/** The scheduler that this machine has. @throws Problem if there is none */
export function findScheduler(): Scheduler {
  if (process.platform === 'darwin') return 'launchd'
  if (process.platform === 'win32') return 'task-scheduler'
  if (runs('systemctl', ['--user', 'show-environment'])) return 'systemd'
  if (runs('crontab', ['-V']) || existsSync('/usr/bin/crontab')) return 'cron'
  throw new Problem('bad_request', 'This machine has neither systemd for users nor cron', {
    hint: 'Let what you have (CI, a container scheduler) run the command itself, or --as systemd --dry-run shows what to write.',
  })
}

function runs(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 5000 }).status === 0
}

/** What adding a job would write and run; nothing is done yet. */
export function planJob(
  root: string,
  request: JobRequest,
): { job: ScheduledJob; scheduler: Scheduler; plan: Installation } {
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(request.name))
    throw new Problem('bad_request', `"${request.name}" is no name for a job`, {
      hint: 'Take small letters, digits and dashes.',
    })
  if (request.args.length === 0)
    throw new Problem('bad_request', 'What is to be run?', {
      hint: `daybook schedule add ${request.name} --when "daily 06:30" -- lint --sources`,
    })
  const scheduler = request.scheduler ?? findScheduler()
  const job = jobOf(openState(root), request.name, request.when)
  return { job, scheduler, plan: installationOf(scheduler, job, machine()) }
}

/** Writes a job's files, has the system read them, and keeps it in the project. */
export function addJob(root: string, request: JobRequest, nowMs: number): JobRecord {
  const { job, scheduler, plan } = planJob(root, request)
  const paths = openState(root)
  if (scheduler === 'cron') changeCrontab(job, true)
  else {
    for (const { path, text, encoding } of plan.files) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, encoding === undefined ? text : `\ufeff${text}`, encoding)
    }
    for (const command of plan.on) execute(command)
  }
  const { name, args } = request
  const kept: JobRecord = {
    name,
    when: showWhen(job.when),
    args: [...args],
    scheduler,
    addedAtMs: nowMs,
    lastRunMs: null,
    lastCode: null,
    missed: 0,
  }
  writeJobs(paths, [...readJobs(root).filter((each) => each.name !== name), kept])
  return kept
}

/** Takes a job away from the system and from the project. @throws Problem if there is no such job */
export function removeJob(root: string, name: string): void {
  const kept = readJob(root, name)
  const paths = openState(root)
  const job = jobOf(paths, name, kept.when)
  if (kept.scheduler === 'cron') changeCrontab(job, false)
  else {
    const plan = installationOf(kept.scheduler, job, machine())
    // It may have been taken away by hand: what is left is removed all the same.
    for (const [program = '', ...args] of plan.off)
      spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 })
    for (const { path } of plan.files) rmSync(path, { force: true })
    if (kept.scheduler === 'systemd') runs('systemctl', ['--user', 'daemon-reload'])
  }
  writeJobs(
    paths,
    readJobs(root).filter((each) => each.name !== name),
  )
}

/**
 * Runs a job as the system's scheduler does: its output goes to a log, its end and what was missed before are kept.
 * @returns the exit code of its command
 */
export async function runJob(
  root: string,
  name: string,
  nowMs: number,
): Promise<{ code: number; missed: readonly number[] }> {
  const kept = readJob(root, name)
  const paths = openState(root)
  const { log } = jobOf(paths, name, kept.when)
  const missed = missedTimes(parseWhen(kept.when), kept.lastRunMs ?? kept.addedAtMs, nowMs)
  mkdirSync(dirname(log), { recursive: true })
  const late =
    missed.length === 0
      ? ''
      : ` · ${missed.length} times before were missed, first ${new Date(missed[0] ?? 0).toISOString()}`
  appendFileSync(log, `\n== ${new Date(nowMs).toISOString()} ${kept.args.join(' ')}${late}\n`)
  const [node = '', ...start] = [...startOf(), ...kept.args]
  const child = spawn(node, start, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => appendFileSync(log, bytes))
  const code = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1))
    child.once('close', (ended) => resolve(ended ?? 1))
  })
  const now = readJobs(root)
  writeJobs(
    paths,
    now.map((each) =>
      each.name === name ? { ...each, lastRunMs: nowMs, lastCode: code, missed: missed.length } : each,
    ),
  )
  return { code, missed }
}

/** The jobs of a project. */
export function readJobs(root: string): JobRecord[] {
  const path = join(openState(root).dir, 'schedule.json')
  if (!existsSync(path)) return []
  const parsed = z.array(record).safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (parsed.success) return parsed.data
  throw new Problem('state_unusable', `${path} is not understood`, {
    hint: 'Remove it and add the jobs again.',
  })
}

/** Where a job's output is kept. */
export function logOf(root: string, name: string): string {
  return join(openState(root).logs, `schedule-${name}.log`)
}

function readJob(root: string, name: string): JobRecord {
  const jobs = readJobs(root)
  const found = jobs.find((each) => each.name === name)
  if (found !== undefined) return found
  throw new Problem('not_found', `There is no job "${name}"`, {
    hint:
      jobs.length === 0
        ? 'daybook schedule add makes one.'
        : `There are ${jobs.map((each) => each.name).join(', ')}`,
  })
}

function writeJobs({ dir }: StatePaths, jobs: readonly JobRecord[]): void {
  const path = join(dir, 'schedule.json')
  writeFileSync(`${path}.part`, JSON.stringify(jobs, null, 1), { mode: 0o600 })
  renameSync(`${path}.part`, path)
}

function jobOf(paths: StatePaths, name: string, when: string): ScheduledJob {
  const { root } = paths
  const start = [...startOf(), 'schedule', 'run', name, '--project', root]
  // VS Code's own Node is the editor: it must be told that it is a Node here.
  const environment = process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }
  const log = logOf(root, name)
  return { name, root, project: projectHash(root), when: parseWhen(when), start, environment, log }
}

/** How this program is started again: by its own Node, from its own file. */
function startOf(): string[] {
  const entry = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? './cli/main.ts' : './daybook.mjs', import.meta.url),
  )
  return [process.execPath, '--disable-warning=ExperimentalWarning', entry]
}

function machine(): { home: string; userId: number } {
  return { home: homedir(), userId: userInfo().uid }
}

function changeCrontab(job: ScheduledJob, isOn: boolean): void {
  const { status, stdout } = spawnSync('crontab', ['-l'], { encoding: 'utf8', timeout: 10_000 })
  const text = editCrontab(status === 0 ? stdout : '', job, isOn)
  const written = spawnSync('crontab', ['-'], { input: text, encoding: 'utf8', timeout: 10_000 })
  if (written.status !== 0)
    throw new Problem(
      'bad_request',
      `crontab refuses: ${written.stderr.trim() || (written.error?.message ?? '')}`,
      {
        hint: '--dry-run shows the line, to be put in by hand.',
      },
    )
}

function execute([program = '', ...args]: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 30_000 })
  if (status === 0) return
  throw new Problem(
    'bad_request',
    `${[program, ...args].join(' ')} failed: ${error?.message ?? stderr.trim()}`,
    {
      hint: 'The files are written; run the command by hand, or --as cron.',
    },
  )
}
