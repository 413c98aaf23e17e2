import { Command, CommanderError, type CommandOptions, InvalidArgumentError } from 'commander'
import { version } from '../../api/version.ts'
import { Problem, toWireProblem } from '../../base/problem.ts'
import { attachCommand } from './attach.ts'
import { gcCommand, stopAllCommand, type GcOptions } from './clean.ts'
import { compareCommand } from './compare.ts'
import { openContext, type CommandContext, type GlobalOptions } from './context.ts'
import { ensureCommand, statusCommand, stopDaemonCommand } from './daemon.ts'
import { addDeploymentCommands } from './deployment_commands.ts'
import { doctorCommand } from './doctor.ts'
import { execCommand } from './exec.ts'
import { groupsCommand } from './groups.ts'
import { changeKernelCommand, listKernelsCommand, startKernelCommand } from './kernels.ts'
import { addMonitorCommands } from './monitor_commands.ts'
import { restoreDataCommand } from './restore_data.ts'
import { parseFailOn, type LintCommandOptions } from './lint.ts'
import { writeReport } from './report.ts'
import { runCommand, type RunOptions } from './run.ts'
import { runsCommand, type RunsOptions } from './runs.ts'
import { addScheduleCommands } from './schedule.ts'
import { parseSchemaForm, schemaCommand, type SchemaCommandOptions } from './schema.ts'
import { showCommand, type ShowOptions } from './show.ts'
import { openTerminal, type Terminal } from './terminal.ts'
import { uiCommand, type UiOptions } from './ui.ts'
import { tuneCommand, type TuneOptions } from './tune.ts'
import { lintOrSources, type SourcesOptions } from './sources.ts'
import { studiesCommand } from './studies.ts'
import { exportCommand, importCommand, type ExportOptions, type ImportOptions } from './transfer.ts'

const terminal = openTerminal()
process.exitCode = await main(process.argv.slice(2), terminal)

/** Runs one command line; returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  const program = buildProgram((work) => async (...given: unknown[]) => {
    const command = given.at(-1) as Command
    code = await work(openContext(terminal, command.optsWithGlobals<GlobalOptions>()), given.slice(0, -1))
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return fail(terminal, error, args.includes('--json'))
  }
}

type Work = (context: CommandContext, given: unknown[]) => Promise<number>

function buildProgram(action: (work: Work) => (...given: unknown[]) => Promise<void>): Command {
  const program = new Command('daybook')
    .description('MLOps inside the notebook: kernels that survive, every run tracked, all on this machine.')
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError('(daybook --help shows all commands)')
  const add = (parent: Command, usage: string, description: string, options: CommandOptions = {}): Command =>
    parent
      .command(usage, options)
      .description(description)
      .option('--json', 'print JSON and nothing else')
      .option('--project <folder>', 'the project folder (default: found from here upwards)')

  add(program, 'run <notebook>', 'execute a notebook, tracked')
    .option('-p, --parameter <name=value>', 'set a parameter; may be repeated', collect)
    .option('--kernel <name>', 'kernel to use (default: the one the notebook names)')
    .option('--output <file>', 'also write the executed notebook there')
    .action(
      action((context, [notebook, options]) =>
        runCommand(context, notebook as string, options as RunOptions),
      ),
    )
  add(program, 'tune [notebook]', 'search for better parameters of a notebook, many trials in parallel')
    .option(
      '--metric <name[:min|max]>',
      'what is to be better, as the notebook logs it; may be repeated',
      collect,
    )
    .option('--mode <mode>', 'max or min (default: as the name of the metric tells)')
    .option(
      '--space <range>',
      "e.g. 'lr=log(1e-4,1e-1)' 'depth=int(2,10)' 'kind=choice(a,b)'; may be repeated",
      collect,
    )
    .option(
      '-p, --parameter <name=value>',
      'a parameter that is the same in all trials; may be repeated',
      collect,
    )
    .option('--trials <n>', 'how many (default 100)', positive)
    .option('--parallel <n>', 'how many at a time (default: as many as the machine holds)', positive)
    .option('--timeout <time>', 'begin no trial after this time, e.g. 90s, 15m, 2h')
    .option('--sampler <name>', 'auto, random, tpe, gp, …')
    .option('--pruner <name>', 'auto, none, median, asha, …')
    .option('--seed <n>', 'where chance begins')
    .option('--deterministic', 'the same seed gives the same study, in parallel too')
    .option(
      '--repeats <n>',
      'measure best and default this often more, with other seeds: how sure is the gain?',
    )
    .option('--stop-on-plateau', 'end it once nothing more is to be expected')
    .option('--price <number>', 'what an hour of one trial costs, to tell the cost beside the hours')
    .option('--cores <n>', 'cores of one trial (default: its part of the machine)')
    .option('--gpu <share>', 'part of a GPU for one trial, 0 for none (default: by measured memory)')
    .option('--trial-timeout <time>', 'end a trial after this time')
    .option('--trial-memory <MB>', 'end a trial beyond this memory')
    .option('--retries <n>', 'how often a trial that crashed is tried again (default 1)')
    .option(
      '--on <address>',
      'run trials there: a Jupyter server (http://HOST:8888/?token=…) or a Ray cluster (http://HEAD:8265); several times for several',
      collect,
    )
    .option('--workers <how>', 'auto, fork, prepared or kernel: how trials get their processes')
    .option('--kernel <name>', 'kernel to use (default: the one the notebook names)')
    .option('--study <file>', 'a study file (default: NAME.study.yaml beside the notebook, if there is one)')
    .option('--save', 'write these settings to NAME.study.yaml beside the notebook')
    .option('--write-best', 'write the best parameters into the notebook')
    .option('--junit <file>', 'also write the result as JUnit XML')
    .option('--fail-if <condition>', "exit with 1 if e.g. 'best < 0.9', 'gain <= 0', 'failed > 10'", collect)
    .action(
      action((context, [notebook, options]) =>
        tuneCommand(context, notebook as string | undefined, options as TuneOptions),
      ),
    )
  add(program, 'studies [study]', 'list studies, or show one; with an action, change one that runs')
    .option('--pause', 'begin no trials for now')
    .option('--resume', 'go on')
    .option('--stop', 'begin no more trials')
    .option('--cancel', 'end it with all that runs')
    .option('--write-best', 'write the best parameters into the notebook')
    .option('--register', 'make a version of a registered model of what the best trial kept')
    .option('--replay', 'ask for every trial again from the log, and compare')
    .option('--html <file>', 'as a page in one file, for whoever has a browser')
    .action(
      action((context, [study, options]) => {
        const { html, ...shown } = options as Record<string, boolean> & { html?: string }
        if (html === undefined || study === undefined) {
          return studiesCommand(context, study as string | undefined, shown)
        }
        return writeReport(context, { kind: 'study', id: study as string }, html)
      }),
    )
  add(program, 'runs', 'list runs')
    .option(
      '--search <filter>',
      'e.g. "metrics.accuracy > 0.8 and params.seed = \'0\'" (also OR and parentheses)',
    )
    .option('--order-by <key>', 'e.g. "metrics.accuracy DESC"; may be repeated', collect)
    .option('--limit <n>', 'how many', positive, 20)
    .option('--experiment <name>', 'only this experiment')
    .option('--nested', 'also runs inside other runs')
    .option('--deleted', 'the trash instead')
    .option('--group-by-seed', 'put runs together that differ in their seed only: means with 95 % intervals')
    .option(
      '--group-by <key>',
      'the same by e.g. params.model, tags.owner or status; may be repeated',
      collect,
    )
    .action(action((context, [options]) => chooseTable(context, options as RunsOptions)))
  add(program, 'show <run>', 'everything about one run (the first digits of its id are enough)')
    .option('--code', 'with the whole code of its cells')
    .option('--html <file>', 'as a page in one file, for whoever has a browser')
    .action(
      action((context, [run, options]) => {
        const { html, ...shown } = options as ShowOptions & { html?: string }
        if (html !== undefined) return writeReport(context, { kind: 'run', id: run as string }, html)
        return showCommand(context, run as string, shown)
      }),
    )
  add(program, 'restore-data <run> [names...]', 'write data files that a run read back, as it read them')
    .requiredOption('--to <folder>', 'where to')
    .action(
      action((context, [run, names, options]) =>
        restoreDataCommand(context, run as string, {
          names: names as string[],
          to: (options as { to: string }).to,
        }),
      ),
    )
  add(program, 'compare <run> <runs...>', 'what differs between runs')
    .option('--html <file>', 'as a page in one file, for whoever has a browser')
    .action(
      action((context, [run, more, options]) => {
        const ids = [run as string, ...(more as string[])]
        const { html } = options as { html?: string }
        return html === undefined
          ? compareCommand(context, ids)
          : writeReport(context, { kind: 'compare', ids }, html)
      }),
    )
  add(program, 'ui', 'the table of runs, runs, comparisons, studies and data in a browser')
    .argument(
      '[page]',
      'runs, run/ID, compare/ID,ID, studies, study/ID, tune/NOTEBOOK, data, data/ID, deployments or deployment/NAME',
      'runs',
    )
    .option('--read-only', 'an address for people who may look and change nothing')
    .option('--no-open', 'only print the address')
    .action(action((context, [page, options]) => uiCommand(context, page as string, options as UiOptions)))
  add(program, 'exec', 'run a command, tracked: daybook exec -- python train.py')
    .argument('<command...>', 'the command and its arguments')
    .passThroughOptions()
    .action(action((context, [command]) => execCommand(context, command as string[])))

  add(
    program,
    'lint [file...]',
    'check data: CSV, Parquet, JSON, Arrow, Excel, SQLite, postgres://…; a pattern in quotes for many files',
  )
    .option('--sources', 'check the sources that daybook.yaml names, all or those given')
    .option('--target <column>', 'the column to be predicted ("" for none; default: guessed by its name)')
    .option('--against <file>', 'data to compare with, such as what a model was trained on')
    .option('--table <name>', 'which table of a database, or sheet of a workbook')
    .option('--sample <rows>', 'rows to look at one by one; counts are over all rows', positive, 100_000)
    .option('--memory <MB>', 'memory allowed', positive, 1000)
    .option('--time-limit <seconds>', 'give up after', positive, 600)
    .option('--schema <file>', 'check against a schema, as daybook schema makes one')
    .option('--html <file>', 'also write a report to look at')
    .option('--sarif <file>', 'also write the findings for a code host')
    .option(
      '--fail-on <level>',
      'exit with 3 on findings of this level: stop, warn, info, never',
      parseFailOn,
      'stop',
    )
    .action(
      action((context, [files, options]) =>
        lintOrSources(context, files as string[], options as LintCommandOptions & SourcesOptions),
      ),
    )

  add(program, 'schema <file>', 'what data that is known to be good says about the next, as YAML to review')
    .option('--as <form>', 'yaml, pandera, frictionless, jsonschema', parseSchemaForm, 'yaml')
    .option('--table <name>', 'which table of a database')
    .action(
      action((context, [file, options]) =>
        schemaCommand(context, file as string, options as SchemaCommandOptions),
      ),
    )

  addMonitorCommands({ program, add, action, positive })
  addScheduleCommands({ program, add, action })
  addDeploymentCommands({ program, add, action, positive })

  const kernels = program.command('kernels').description('kernels that run, and that could be started')
  add(kernels, 'list', 'list them', { isDefault: true })
    .option('--all', 'also those that lack something, with the command that mends it')
    .action(action((context, [options]) => listKernelsCommand(context, options as { all?: boolean })))
  add(kernels, 'start [name]', 'start one')
    .option('--notebook <file>', 'the notebook it is for')
    .action(
      action((context, [name, options]) => startKernelCommand(context, name as string, options as object)),
    )
  add(kernels, 'attach <kernel>', 'see what it wrote and writes, and run lines on it').action(
    action((context, [id]) => attachCommand(context, id as string)),
  )
  for (const change of ['interrupt', 'restart', 'stop'] as const) {
    add(kernels, `${change} <kernel>`, `${change} one`).action(
      action((context, [id]) => changeKernelCommand(context, change, id as string)),
    )
  }

  const daemon = program.command('daemon').description('the process behind it all')
  add(daemon, 'start', 'start it, if it does not run').action(action(ensureCommand))
  add(daemon, 'ensure', 'the same, for programs (with --json)').action(action(ensureCommand))
  add(daemon, 'status', 'what it does').action(action(statusCommand))
  add(daemon, 'stop', 'end it; kernels go on').action(action(stopDaemonCommand))
  add(program, 'stop', 'stop everything of this project')
    .requiredOption('--all', 'kernels, supervisor and daemon')
    .action(action(stopAllCommand))
  add(program, 'doctor', 'what is found, what survives on this machine, what is missing').action(
    action(doctorCommand),
  )
  add(program, 'gc', 'give space back')
    .option('--dry-run', 'only say what would go')
    .option('--checkpoints', 'also checkpoints that are neither last nor best of their run')
    .action(action((context, [options]) => gcCommand(context, options as GcOptions)))
  add(program, 'export', 'write everything out in open formats')
    .requiredOption('--all', 'all experiments')
    .option('--to <folder>', 'where to', 'daybook-export')
    .action(action((context, [options]) => exportCommand(context, options as ExportOptions)))
  add(
    program,
    'import <source>',
    'take over runs: an mlruns folder, an mlflow.db, the address of an MLflow server',
  )
    .option('--token <token>', 'sent to the server as Bearer')
    .action(
      action((context, [source, options]) =>
        importCommand(context, source as string, options as ImportOptions),
      ),
    )
  return program
}

function chooseTable(context: CommandContext, options: RunsOptions): Promise<number> {
  const grouped = options.groupBySeed === true || options.groupBy !== undefined
  return grouped ? groupsCommand(context, options) : runsCommand(context, options)
}

function collect(word: string, words: string[] = []): string[] {
  return [...words, word]
}

function positive(word: string): number {
  const value = Number(word)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Give a whole number above 0.')
  return value
}

function fail(terminal: Terminal, error: unknown, json: boolean): number {
  const problem = toWireProblem(error)
  if (json) terminal.out(JSON.stringify({ error: problem }, null, 2))
  else {
    terminal.err(terminal.style('red', problem.message))
    if (problem.hint !== undefined) terminal.err(problem.hint)
  }
  if (!(error instanceof Problem) && process.env['DAYBOOK_DEBUG'] !== undefined)
    terminal.err(String((error as Error).stack))
  return problem.code === 'cancelled' ? 130 : 1
}
