import { Agent, request } from 'node:http'
import { fromWireProblem } from '../base/problem.ts'
import type { SupervisorFile } from './supervisor_file.ts'

/** The supervisor did not answer: it is gone, or about to go. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** One question. */
export interface Question {
  method: string
  path: string
  body?: unknown
  timeoutMs?: number
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 })

/**
 * Asks the supervisor.
 * @throws UnreachableError if it cannot be reached or dies while it answers
 * @throws Problem if it refuses
 */
export function askSupervisor(file: SupervisorFile, question: Question): Promise<unknown> {
  const { method, path, body, timeoutMs } = question
  const text = body === undefined ? '' : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const lost = (error: Error): void =>
      reject(
        new UnreachableError(`The kernel supervisor does not answer: ${error.message}`, { cause: error }),
      )
    const asked = request(
      {
        socketPath: file.socket,
        method,
        path,
        agent,
        headers: {
          authorization: `Bearer ${file.token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        },
        ...(timeoutMs !== undefined && { signal: AbortSignal.timeout(timeoutMs) }),
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', lost)
        response.on('end', () => {
          const answer = parse(Buffer.concat(chunks).toString('utf8'))
          const status = response.statusCode ?? 500
          if (status < 300) resolve(answer)
          // Another supervisor has taken the place of the one that gave us this token.
          else if (status === 403) lost(new Error('its token has changed'))
          else reject(fromWireProblem(answer))
        })
      },
    )
    asked.on('error', lost)
    asked.end(text)
  })
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown)
  } catch {
    return null
  }
}
