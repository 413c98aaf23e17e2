import { Problem } from '../../base/problem.ts'
import { formatAge, formatDuration } from '../../base/quantity.ts'
import { type Scheduler, schedulers } from '../../schedule/job.ts'
import { missedTimes, nextTime, parseWhen } from '../../schedule/when.ts'
import {
  addJob,
  findScheduler,
  type JobRecord,
  logOf,
  planJob,
  readJobs,
  removeJob,
  runJob,
} from '../schedule.ts'
import { type CommandContext, print } from './context.ts'
import type { CommandParts } from './monitor_commands.ts'
import { formatTable } from './terminal.ts'

interface AddOptions {
  when: string
  as?: Scheduler
  dryRun?: boolean
}

/** Adds `daybook schedule`: commands that run at their times though no editor is open. */
export function addScheduleCommands({ program, add, action }: Omit<CommandParts, 'positive'>): void {
  const schedule = program
    .command('schedule')
    .description('commands that run at their times though no editor is open')
  add(schedule, 'list', 'what runs when, how it ended, what was missed', { isDefault: true }).action(
    action((context) => Promise.resolve(listCommand(context))),
  )
  add(
    schedule,
    'add <name> <command...>',
    'have the system run a daybook command: add nightly -- lint --sources',
  )
    .requiredOption('--when <time>', 'hourly, "every 15 minutes", "daily 06:30", "weekly monday 06:30"')
    .option('--as <scheduler>', `${schedulers.join(', ')} (default: what this machine has)`, parseScheduler)
    .option('--dry-run', 'only show what would be written')
    .action(
      action((context, [name, args, options]) =>
        Promise.resolve(addCommand(context, name as string, args as string[], options as AddOptions)),
      ),
    )
  add(schedule, 'remove <name>', 'take one away').action(
    action((context, [name]) => {
      removeJob(context.root, name as string)
      context.terminal.out(`${name as string} is taken away`)
      return Promise.resolve(0)
    }),
  )
  add(schedule, 'run <name>', 'run one now, as the system does').action(
    action(async (context, [name]) => {
      const { code, missed } = await runJob(context.root, name as string, Date.now())
      if (missed.length > 0) context.terminal.err(`${missed.length} times before this one were missed`)
      context.terminal.out(
        `${name as string} ended with ${code}; what it said: ${logOf(context.root, name as string)}`,
      )
      return code
    }),
  )
}

function addCommand(
  context: CommandContext,
  name: string,
  args: readonly string[],
  options: AddOptions,
): number {
  const request = { name, when: options.when, args, scheduler: options.as ?? null }
  const { plan, scheduler, job } = planJob(context.root, request)
  const shown = plan.files.map(({ path, text }) => `${context.terminal.style('bold', path)}\n${text}`)
  const commands = plan.on.map((command) => `$ ${command.join(' ')}`)
  const next = `Next: ${new Date(nextTime(job.when, Date.now())).toLocaleString()}. ${plan.missed}`
  if (options.dryRun === true) {
    print(context, { scheduler, ...plan }, () => [...shown, ...commands, '', next].join('\n'))
    return 0
  }
  const kept = addJob(context.root, request, Date.now())
  print(context, kept, () => [...shown, ...commands, '', `Written for ${scheduler}. ${next}`].join('\n'))
  return 0
}

function listCommand(context: CommandContext): number {
  const jobs = readJobs(context.root)
  const nowMs = Date.now()
  print(
    context,
    jobs.map((job) => ({ ...job, missedNow: missedNow(job, nowMs) })),
    () =>
      jobs.length === 0
        ? 'Nothing is scheduled. daybook schedule add nightly --when "daily 06:30" -- lint --sources'
        : formatTable(
            [
              { title: 'job' },
              { title: 'when' },
              { title: 'command' },
              { title: 'by' },
              { title: 'last' },
              { title: 'next' },
              { title: 'missed' },
            ],
            jobs.map((job) => [
              job.name,
              job.when,
              job.args.join(' '),
              job.scheduler,
              job.lastRunMs === null
                ? 'never'
                : `${formatAge(nowMs - job.lastRunMs)}, code ${job.lastCode ?? '?'}`,
              `in ${formatDuration(nextTime(parseWhen(job.when), nowMs) - nowMs)}`,
              showMissed(job, nowMs),
            ]),
          ),
  )
  return 0
}

/** Times since the last run at which it should have run. */
function missedNow(job: JobRecord, nowMs: number): number {
  return missedTimes(parseWhen(job.when), job.lastRunMs ?? job.addedAtMs, nowMs).length
}

function showMissed(job: JobRecord, nowMs: number): string {
  const now = missedNow(job, nowMs)
  if (now > 0) return `${now} since then`
  return job.missed > 0 ? `${job.missed} before the last` : ''
}

function parseScheduler(word: string): Scheduler {
  const found = schedulers.find((known) => known === word)
  if (found !== undefined) return found
  throw new Problem(
    'bad_request',
    `--as takes ${schedulers.join(', ')}, not "${word}"; this machine has ${findScheduler()}`,
  )
}
