import { execFile } from 'node:child_process'
import { redact } from './redact.ts'

/** State of the git repository around a folder. */
export interface GitState {
  commit: string
  branch: string | null
  /** Uncommitted changes of code, redacted; data files and notebooks (their cells are kept apart) left out. */
  diff: string
  /** Whether the diff was cut at its limit. */
  diffCut: boolean
}

/** Largest diff that is kept, in bytes. */
const diffLimitBytes = 1_000_000

const leftOut = [
  'csv',
  'tsv',
  'parquet',
  'feather',
  'arrow',
  'json',
  'jsonl',
  'xlsx',
  'pkl',
  'npy',
  'npz',
  'h5',
  'ipynb',
]

/** Looks at the repository that holds the folder; null if there is none, or no git. Never takes longer than 5 s. */
export async function readGitState(folder: string): Promise<GitState | null> {
  const commit = await git(folder, ['rev-parse', 'HEAD'])
  if (commit === null) return null
  const excluded = leftOut.map((ending) => `:(exclude,icase)*.${ending}`)
  const [branch, diff] = await Promise.all([
    git(folder, ['symbolic-ref', '--short', '-q', 'HEAD']),
    git(folder, ['diff', '--no-ext-diff', '--no-color', '--no-textconv', 'HEAD', '--', ':/', ...excluded]),
  ])
  const text = diff ?? ''
  return {
    commit: commit.trim(),
    branch: branch === null ? null : branch.trim(),
    diff: redact(text.slice(0, diffLimitBytes)),
    diffCut: text.length > diffLimitBytes,
  }
}

function git(folder: string, args: string[]): Promise<string | null> {
  const options = { cwd: folder, timeout: 5000, maxBuffer: 16 * diffLimitBytes, encoding: 'utf8' as const }
  return new Promise((resolve) => {
    // fsmonitor and hooks of a repository that is not trusted must not run.
    execFile('git', ['-c', 'core.fsmonitor=false', ...args], options, (error, stdout) => {
      resolve(error === null ? stdout : null)
    })
  })
}
