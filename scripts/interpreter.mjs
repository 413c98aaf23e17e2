import { SetupProblem } from './problem.mjs'
import { run } from './run.mjs'

/** The oldest minor version of Python 3 that everything here runs on. */
const oldest = 10
/** The newest that was tried: a newer one is taken only where there is no other. */
const newestTried = 13

/**
 * A Python that an environment can be made with: `DAYBOOK_PYTHON` if set, else `python3` or `python` as the
 * user has them, else one that names its version; Windows' launcher last.
 * @returns {Promise<{ command: string[], version: string }>}
 * @throws SetupProblem if there is none, or none new enough
 */
export async function findPython() {
  const named = process.env.DAYBOOK_PYTHON
  if (named !== undefined && named !== '') return await checkNamed(named)
  /** @type {{ command: string[], version: string, minor: number }[]} */
  const seen = []
  for (const command of candidates()) {
    const found = await ask(command)
    if (found === null) continue
    if (found.minor >= oldest && found.minor <= newestTried) return found
    seen.push(found)
  }
  const newer = seen.find(({ minor }) => minor > newestTried)
  if (newer !== undefined) return newer
  if (seen[0] === undefined) throw new SetupProblem('Python is not installed', howToGetPython)
  throw new SetupProblem(
    `Python ${seen[0].version} is too old: 3.${oldest} or newer is needed`,
    howToGetPython,
  )
}

const howToGetPython = [
  'Debian, Ubuntu: sudo apt install python3 python3-venv',
  'macOS: brew install python',
  'Windows: winget install Python.Python.3.12',
  'One that is not on the path: DAYBOOK_PYTHON=/path/to/python3 npm start',
]

function candidates() {
  const plain = [['python3'], ['python']]
  const numbered = []
  for (let minor = newestTried; minor >= oldest; minor--) numbered.push([`python3.${minor}`])
  return process.platform === 'win32' ? [...plain, ...numbered, ['py', '-3']] : [...plain, ...numbered]
}

/** @param {string} path */
async function checkNamed(path) {
  const found = await ask([path])
  if (found === null) {
    throw new SetupProblem(`DAYBOOK_PYTHON names "${path}", which is no Python 3`, [
      'Unset it, or correct its path.',
    ])
  }
  if (found.minor >= oldest) return found
  throw new SetupProblem(
    `DAYBOOK_PYTHON names Python ${found.version}: 3.${oldest} or newer is needed`,
    howToGetPython,
  )
}

/** @param {string[]} command */
async function ask(command) {
  const [python = '', ...first] = command
  const code = 'import sys; print("python", *sys.version_info[:3])'
  const result = await run(python, [...first, '-c', code], { timeoutMs: 20_000 })
  const [, major, minor, micro] = /^python (\d+) (\d+) (\d+)/m.exec(result.output) ?? []
  if (!result.ok || major !== '3') return null
  return { command, version: `3.${minor}.${micro}`, minor: Number(minor) }
}
