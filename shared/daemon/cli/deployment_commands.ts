import { InvalidArgumentError } from 'commander'
import { deployCommand, type DeployOptions } from './deploy.ts'
import {
  deploymentsCommand,
  downCommand,
  promoteCommand,
  rollbackCommand,
  upCommand,
  type DeploymentsOptions,
  type PromoteOptions,
  type UpOptions,
} from './deployments.ts'
import { exportDeploymentCommand, type ExportDeploymentOptions } from './export_deployment.ts'
import { parseFailOnDrift } from './drift.ts'
import { predictCommand, type PredictOptions } from './predict.ts'
import type { CommandParts } from './monitor_commands.ts'

/** Adds the commands about models that answer. */
export function addDeploymentCommands({ program, add, action, positive }: CommandParts): void {
  add(
    program,
    'deploy <model>',
    'make a model answer: a run, models:/NAME/VERSION, models:/NAME@ALIAS or a folder',
  )
    .option('--name <name>', 'of the deployment (default: after the notebook or model)')
    .option('--as <slot>', 'champion, canary or shadow', slot, 'champion')
    .option('--share <share>', 'of the requests for a canary (default 0.1) or shadow (default 1)', share)
    .option('--python <path>', 'interpreter that has the packages (default: the one that made the model)')
    .option('--trust', 'load a pickle although Daybook did not see it being made')
    .option('--onnx', 'answer by ONNX, where the model converts and both say the same')
    .option('--reason <text>', 'why it takes the place of what answers now, for the audit log', '')
    .option('--override', 'although the gate is closed; --reason says why')
    .option('--workers <n>', 'processes of the model', positive)
    .option('--memory <MB>', 'memory that one of them may take', positive)
    .option('--log-share <share>', 'share of the requests that is recorded (default 1)', share)
    .action(
      action((context, [model, options]) =>
        deployCommand(context, model as string, options as DeployOptions),
      ),
    )
  addPredict({ program, add, action, positive })
  add(program, 'deployments [name]', 'models that answer; one with its address, revisions and traffic')
    .option('--stop', 'take it down')
    .option('--shadow <revision>', 'let a revision listen; 0: nobody', whole)
    .option('--canary <revision>', 'give a revision a share of the requests; 0: nobody', whole)
    .option('--share <share>', 'how large that share is', share)
    .action(
      action((context, [name, options]) =>
        deploymentsCommand(context, name as string | undefined, options as DeploymentsOptions),
      ),
    )
  add(program, 'promote <name>', 'let the shadow (or another revision) answer from now on')
    .option('--revision <n>', 'which one', positive)
    .option('--reason <text>', 'why, for the audit log', '')
    .option('--override', 'although the gate is closed; --reason says why')
    .action(
      action((context, [name, options]) =>
        promoteCommand(context, name as string, options as PromoteOptions),
      ),
    )
  add(program, 'rollback <name>', 'back to the revision that answered before')
    .option('--reason <text>', 'why, for the audit log', '')
    .action(
      action((context, [name, options]) =>
        rollbackCommand(context, name as string, (options as { reason: string }).reason),
      ),
    )
  add(program, 'up [name]', 'bring deployments back, after a reboot for example')
    .option('--port <n>', 'answer at this port from now on', positive)
    .option('--bind <address>', 'answer at this address (default 127.0.0.1: this machine alone)')
    .option('--tls-cert <file>', 'certificate (PEM), with --tls-key')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--no-token', 'answer without asking for a token')
    .option('--body-limit <MB>', 'largest request', positive)
    .option('--rate-limit <n>', 'requests a second of one client', positive)
    .action(
      action((context, [name, options]) =>
        upCommand(context, name as string | undefined, options as UpOptions),
      ),
    )
  add(
    program,
    'export-deployment <name>',
    'a revision as a folder that runs without Daybook: Docker, compose, Kubernetes, KServe',
  )
    .requiredOption('--to <folder>', 'where it goes')
    .option('--revision <n>', 'which one (default: the champion)', positive)
    .option('--image <name>', 'name of the image (default: NAME:REVISION)')
    .action(
      action((context, [name, options]) =>
        exportDeploymentCommand(context, name as string, options as ExportDeploymentOptions),
      ),
    )
  add(program, 'down', 'end everything that answers; "daybook up" brings it back').action(action(downCommand))
}

function addPredict({ program, add, action, positive }: CommandParts): void {
  add(
    program,
    'predict <model> <in> <out>',
    "a model's (or a deployment's champion's) answers beside the rows of a Parquet or CSV file",
  )
    .option('--python <path>', 'interpreter that has the packages (default: the one that made the model)')
    .option('--trust', 'load a pickle although Daybook did not see it being made')
    .option('--batch <rows>', 'rows that the model is asked at a time', positive, 10_000)
    .option('--model-memory <MB>', "memory allowed for the model's process", positive, 4000)
    .option('--memory <MB>', 'memory allowed for reading and writing', positive, 1000)
    .option('--time-limit <seconds>', 'give up after', positive, 3600)
    .option('--no-drift', 'do not compare the rows with what the model learned from')
    .option('--no-log', "do not record the answers in the deployment's prediction log")
    .option('--fail-on <answer>', 'exit with 3 on: drift, possible, never', parseFailOnDrift, 'never')
    .action(
      action((context, [model, from, to, options]) =>
        predictCommand(context, [model, from, to] as [string, string, string], options as PredictOptions),
      ),
    )
}

function slot(word: string): string {
  if (word === 'champion' || word === 'canary' || word === 'shadow') return word
  throw new InvalidArgumentError('Give champion, canary or shadow.')
}

function share(word: string): number {
  const value = word.endsWith('%') ? Number(word.slice(0, -1)) / 100 : Number(word)
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('Give a share such as 0.1 or 10%.')
  return value
}

function whole(word: string): number {
  const value = Number(word)
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('Give the number of a revision, or 0.')
  return value
}
