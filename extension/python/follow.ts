import { dirname } from 'node:path'

/** What is known when a notebook has got a kernel of ours. */
export interface FollowQuestion {
  /** What the user has settled for all folders. */
  setting: 'ask' | 'always' | 'never'
  /** What the Python extension has for the notebook's folder: a Python's program, or an environment's folder. */
  active: string
  /** The program of the kernel's Python; null where that is not known, or no Python. */
  kernel: string | null
  /** Whether this folder was asked for this Python before. */
  wasAsked: boolean
}

/** Whether the Python extension's interpreter is to become the kernel's: by itself, after a question, or not at all. */
export function howToFollow(
  { setting, active, kernel, wasAsked }: FollowQuestion,
  realPathOf: (path: string) => string,
): 'nothing' | 'ask' | 'follow' {
  if (setting === 'never' || kernel === null || isSamePython(active, kernel, realPathOf)) return 'nothing'
  if (setting === 'always') return 'follow'
  return wasAsked ? 'nothing' : 'ask'
}

/**
 * Whether a name of an environment stands for a Python's program. Two programs are the same where they lie in one
 * folder and lead to one file: those of two environments may well lead to one file, too.
 */
function isSamePython(active: string, program: string, realPathOf: (path: string) => string): boolean {
  if (active === program) return true
  const folder = realPathOf(dirname(program))
  // An environment's programs lie in its folder `bin` or `Scripts`, conda's on Windows in the folder itself.
  if ([folder, dirname(folder)].includes(realPathOf(active))) return true
  return realPathOf(dirname(active)) === folder && realPathOf(active) === realPathOf(program)
}
