import { spawn } from 'node:child_process'
import { cachedEnvironment } from '../../scripts/python.mjs'

/** The reference implementations that notebooks and outputs are held to, in an environment of their own. */
export function referencePython(): Promise<string> {
  return cachedEnvironment('notebook-reference', [
    'nbformat==5.11.1',
    'nbclient==0.11.0',
    'papermill==2.7.0',
    'ipykernel==7.4.0',
    'ipywidgets==8.1.9',
    'jupyter_client==8.10.0',
  ])
}

/** How a Python program is run. */
export interface PythonRun {
  /** Its standard input. */
  input?: string
  env?: Record<string, string | undefined>
  cwd?: string
  timeoutMs?: number
}

/** Runs a Python program and gives what it printed. Throws with its errors if it fails. */
export function runPython(python: string, args: readonly string[], options: PythonRun = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [...args], {
      env: options.env ?? process.env,
      cwd: options.cwd,
      timeout: options.timeoutMs ?? 120_000,
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'))
      else
        reject(
          new Error(`${python} ended with ${code}:\n${Buffer.concat(err).toString('utf8').slice(-3000)}`),
        )
    })
    // A program that ends early breaks the pipe; its exit code tells.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}

/** Runs a piece of Python that reads JSON from its input as `data` and leaves its answer in `result`. */
export async function askPython<Answer>(python: string, code: string, data: unknown): Promise<Answer> {
  const program = `import json, sys\ndata = json.load(sys.stdin)\n${code}\njson.dump(result, sys.stdout)`
  const env = { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONWARNINGS: 'ignore' }
  return JSON.parse(await runPython(python, ['-c', program], { input: JSON.stringify(data), env })) as Answer
}
