import { delimiter, join } from 'node:path'
import type { StatePaths } from '../base/project.ts'
import type { Capability } from './capability.ts'

/** Where things are, for a process that is to be tracked. */
export interface ModuleSurroundings {
  /** Address of the daemon, without a path. */
  url: string
  paths: StatePaths
  /** Folder that holds the Python package `daybook` and `exec/`. */
  pythonFolder: string
  /** The environment the process would have anyway: what a user set there is not overridden. */
  inherited: Readonly<Record<string, string | undefined>>
}

/**
 * Environment variables that make a process tracked: our module finds the daemon, an mlflow client too, unless
 * the user has a tracking address already. Kernels load the module through PYTHONSTARTUP, plain scripts
 * through a `sitecustomize` at the head of PYTHONPATH; both chain to the user's own.
 */
export function moduleEnvironment(capability: Capability, where: ModuleSurroundings): Record<string, string> {
  const address = `${where.url}/k/${capability.token}`
  const { inherited } = where
  const env: Record<string, string> = {
    DAYBOOK_URL: address,
    DAYBOOK_PROJECT: where.paths.root,
    DAYBOOK_SPOOL: where.paths.spool,
    MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: '1',
  }
  // Nothing leaves the computer unless the user says so.
  if (isEmpty(inherited['MLFLOW_DISABLE_TELEMETRY'])) env['MLFLOW_DISABLE_TELEMETRY'] = 'true'
  const { notebook, runId } = capability
  const intoOneRun = capability.kind === 'exec' || capability.kind === 'trial'
  if (notebook !== null) env['DAYBOOK_NOTEBOOK'] = notebook
  if (isEmpty(inherited['MLFLOW_TRACKING_URI'])) {
    env['MLFLOW_TRACKING_URI'] = address
    if (notebook !== null && isEmpty(inherited['MLFLOW_EXPERIMENT_NAME']))
      env['MLFLOW_EXPERIMENT_NAME'] = notebook
    if (intoOneRun && runId !== null) env['MLFLOW_RUN_ID'] = runId
  }
  if (intoOneRun) {
    env['PYTHONPATH'] = prepend(join(where.pythonFolder, 'exec'), inherited['PYTHONPATH'])
    if (runId !== null) env['DAYBOOK_RUN_ID'] = runId
  } else {
    env['PYTHONSTARTUP'] = join(where.pythonFolder, 'daybook', 'startup.py')
    const own = inherited['PYTHONSTARTUP']
    if (!isEmpty(own) && own !== env['PYTHONSTARTUP']) env['DAYBOOK_USER_PYTHONSTARTUP'] = own
    if (runId !== null) env['DAYBOOK_PARENT_RUN_ID'] = runId
    // Else ipykernel's debugger greets every cell-less moment with four lines about frozen modules.
    if (isEmpty(inherited['PYDEVD_DISABLE_FILE_VALIDATION'])) env['PYDEVD_DISABLE_FILE_VALIDATION'] = '1'
  }
  return env
}

function isEmpty(value: string | undefined): value is undefined | '' {
  return value === undefined || value === ''
}

function prepend(first: string, rest: string | undefined): string {
  return isEmpty(rest) ? first : first + delimiter + rest
}
