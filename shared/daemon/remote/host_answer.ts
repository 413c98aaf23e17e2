import { Problem } from '../../base/problem.ts'

/**
 * What a server answered, which is JSON or nothing.
 * @param who begins the sentence that says otherwise: `box:8888 answers GET /api`
 * @throws Problem `host_unreachable` for a page, as something that wants one to sign in sends it
 */
export function parseAnswer(text: string, who: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch (error) {
    const start = text.trim().slice(0, 100)
    throw new Problem('host_unreachable', `${who} with what is no JSON: ${start}`, { cause: error })
  }
}
