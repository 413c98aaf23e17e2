import type { Command } from 'commander'
import { auditCheckpointCommand, auditListCommand, auditVerifyCommand } from './audit.ts'
import type { CommandContext } from './context.ts'
import { labelsAddCommand, labelsCommand } from './labels.ts'
import { shadowCommand, type ShadowOptions } from './shadow.ts'

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
  addLabels(parts)
  addShadow(parts)
  addAudit(parts)
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
