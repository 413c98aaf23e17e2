import type { Command } from 'commander'
import { driftMethods } from '../../monitor/drift_method.ts'
import { driftSampleRows } from '../../monitor/drift_process.ts'
import { alertsCommand, type AlertsOptions } from './alerts.ts'
import { auditCheckpointCommand, auditListCommand, auditVerifyCommand } from './audit.ts'
import type { CommandContext } from './context.ts'
import {
  driftCommand,
  parseFailOnDrift,
  parseMethod,
  parseProfile,
  parseThreshold,
  type DriftCommandOptions,
} from './drift.ts'
import { gateCommand } from './gate.ts'
import { labelsAddCommand, labelsCommand } from './labels.ts'
import { replayCommand, type ReplayOptions } from './replay.ts'
import { retrainCommand, type RetrainOptions } from './retrain.ts'
import { shadowCommand, type ShadowOptions } from './shadow.ts'
import { watchCommand, type WatchOptions } from './watch.ts'

/** How the command line adds a command with the options that all have. */
export type AddCommand = (parent: Command, usage: string, description: string, options?: object) => Command

/** How it runs one: arguments come first, options last. */
export type Action = (
  work: (context: CommandContext, given: unknown[]) => Promise<number>,
) => (...given: unknown[]) => Promise<void>

/** What the commands of monitoring are added with. */
export interface CommandParts {
  program: Command
  add: AddCommand
  action: Action
  /** Reads a whole number above 0. */
  positive(word: string): number
}

/** Adds the commands that tell whether a model still holds, and who decided what about it. */
export function addMonitorCommands(parts: CommandParts): void {
  addDrift(parts)
  addAlerts(parts)
  addLabels(parts)
  addShadow(parts)
  addReplay(parts)
  addRetrain(parts)
  addAudit(parts)
}

function addDrift({ program, add, action, positive }: CommandParts): void {
  add(
    program,
    'drift [deployment]',
    'what has changed: in what a deployment is asked and answers, or between two tables',
  )
    .option('--at <day>', 'deployment: the window that holds this day (default: the newest)')
    .option(
      '--window <days>',
      'deployment: days of a window (default: as daybook.yaml says, else 7)',
      positive,
    )
    .option('--reference <file>', 'tables: what was: a file, or a pattern in quotes')
    .option('--current <file>', 'tables: what is')
    .option('--profile <name>', 'tables: how to judge: daybook, evidently, nannyml', parseProfile, 'daybook')
    .option('--method <name>', `tables: one test or distance: ${driftMethods.join(', ')}`, parseMethod)
    .option('--threshold <number>', 'tables: where drift begins for --method', parseThreshold)
    .option(
      '--keep-together <column>',
      'tables: rows of one day (a date) or one value are no witnesses of their own',
    )
    .option('--leave-out <columns...>', 'tables: columns that are not compared')
    .option('--html <file>', 'write the report as one HTML file')
    .option('--sample <rows>', 'tables: at most so many rows of either side', positive, driftSampleRows)
    .option('--memory <MB>', 'tables: memory allowed', positive, 2000)
    .option('--time-limit <seconds>', 'tables: give up after', positive, 600)
    .option('--fail-on <answer>', 'exit with 3 on: drift, possible, never', parseFailOnDrift, 'never')
    .action(
      action((context, [name, options]) =>
        name === undefined
          ? driftCommand(context, options as DriftCommandOptions)
          : watchCommand(context, name as string, options as WatchOptions),
      ),
    )
}

function addAlerts({ program, add, action, positive }: CommandParts): void {
  add(program, 'alerts [alert]', 'what was raised because a deployed model no longer holds; or one of them')
    .option('--deployment <name>', 'only those of one deployment')
    .option('--open', 'only those nobody has seen to')
    .option('--limit <n>', 'how many', positive, 20)
    .option('--done [reason]', 'note that one has been seen to, and why')
    .action(
      action((context, [id, options]) =>
        alertsCommand(context, id as string | undefined, options as AlertsOptions),
      ),
    )
}

function addLabels({ program, add, action }: CommandParts): void {
  const labels = program.command('labels').description('what turned out to be true of what was predicted')
  add(labels, 'show <deployment>', 'how much of what was predicted is known to be right or wrong', {
    isDefault: true,
  }).action(action((context, [name]) => labelsCommand(context, name as string)))
  add(labels, 'add <deployment> <file>', 'take labels from a CSV or Parquet file')
    .option('--label <column>', 'the column that holds them', 'label')
    .option(
      '--on <columns>',
      'columns that requests hold as well and tell which row is meant, e.g. day,hour (default: requestId and row)',
    )
    .action(
      action((context, [name, path, options]) =>
        labelsAddCommand(
          context,
          { name: name as string, path: path as string },
          options as { label: string; on?: string },
        ),
      ),
    )
}

function addShadow({ program, add, action, positive }: CommandParts): void {
  add(program, 'shadow <deployment>', 'champion and shadow on the same requests, and what to do')
    .option('--revision <n>', 'of the shadow (default: the newest)', positive)
    .option('--no-labels', 'as if nobody knew what turned out to be true')
    .option('--html <file>', 'write the report as one HTML file')
    .action(
      action((context, [name, options]) => shadowCommand(context, name as string, options as ShadowOptions)),
    )
}

function addReplay({ program, add, action, positive }: CommandParts): void {
  add(program, 'replay <table>', 'send what was to a deployment, or compare two models on it')
    .option('--to <deployment>', 'send it there, day by day in the order of time, and look at each window')
    .option('--on <model>', 'without traffic: the model that is looked at, as for deploying')
    .option('--against <model>', 'the one it is compared with')
    .option('--label <column>', 'what turned out to be true')
    .option('--time <column>', 'the column of days (default: the first one)')
    .option('--from <day>', 'only from this day on')
    .option('--until <day>', 'only up to this day')
    .option('--by <days>', 'days of a window', positive, 7)
    .option('--pace <ms>', 'time that a window takes at least', Number, 1000)
    .option('--until-alert', 'stop at the first alert')
    .action(
      action((context, [table, options]) =>
        replayCommand(context, table as string, options as ReplayOptions),
      ),
    )
}

function addRetrain({ program, add, action, positive }: CommandParts): void {
  add(program, 'retrain <deployment>', "run the champion's notebook again in several ways, and compare")
    .option('--days <n>', 'judge on the newest labelled days, so many of them', positive, 30)
    .option('--on-window <days>', 'judge on these days instead, e.g. 2012-04-01..2012-04-30')
    .option('--candidate <how>', "'name: parameter=value, …'; may be repeated (default: suggested)", collect)
    .option('--alert <id>', 'the alert that led to it', positive)
    .option('--shadow', 'put the best beside the champion as shadow, if one helps')
    .option('--list', 'what was trained again before')
    .option('--id <n>', 'show one of them', positive)
    .option('--place [candidate]', 'put a candidate of the last one beside the champion as shadow')
    .action(
      action((context, [name, options]) =>
        retrainCommand(context, name as string, options as RetrainOptions),
      ),
    )
  add(
    program,
    'gate <deployment>',
    'what must hold before a revision is promoted; exits with 3 if it does not',
  )
    .option('--revision <n>', 'which one (default: the shadow)', positive)
    .action(
      action((context, [name, options]) =>
        gateCommand(context, name as string, options as { revision?: number }),
      ),
    )
}

function collect(word: string, words: string[] = []): string[] {
  return [...words, word]
}

function addAudit({ program, add, action, positive }: CommandParts): void {
  const audit = program.command('audit').description('who did what to which model, and why')
  add(audit, 'list [subject]', 'the newest entries; of one subject, such as "model bikes"', {
    isDefault: true,
  })
    .option('--limit <n>', 'how many', positive, 50)
    .action(
      action((context, [subject, options]) =>
        auditListCommand(context, subject as string | undefined, options as { limit: number }),
      ),
    )
  add(audit, 'verify', 'whether every entry is as it was written; exits with 3 if not, and says where')
    .option('--checkpoints <file>', 'also against checkpoints that were kept elsewhere')
    .action(action((context, [options]) => auditVerifyCommand(context, options as { checkpoints?: string })))
  add(audit, 'checkpoint', 'length and root of the log, to keep elsewhere')
    .option('--to <file>', 'add it to this file, such as one that is in git')
    .action(action((context, [options]) => auditCheckpointCommand(context, options as { to?: string })))
}
