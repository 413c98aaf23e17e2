import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { Problem } from '../../base/problem.ts'
import type { OnAddress } from './on_address.ts'

/** How long an answer may take. */
const patienceMs = 30_000

/** What was answered. */
export interface RayAnswer {
  status: number
  text: string
}

/**
 * Asks the head of a Ray cluster. Not by `fetch`, whose `Sec-Fetch-Mode` makes Ray take it for a page in a browser,
 * which may change nothing.
 * @throws Problem `host_unreachable` if there is no answer
 */
export function askRayHead(
  { url, name, token }: OnAddress,
  { method, path, body }: { method: string; path: string; body?: string | Buffer },
): Promise<RayAnswer> {
  const address = new URL(url + path)
  const headers: Record<string, string> = {}
  if (typeof body === 'string') headers['content-type'] = 'application/json'
  if (token !== null) headers['authorization'] = `Bearer ${token}`
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(new Problem('host_unreachable', `${name} does not answer: ${error.message}`, { cause: error }))
    }
    const send = address.protocol === 'https:' ? overHttps : overHttp
    const request = send(address, { method, headers, timeout: patienceMs }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', fail)
    })
    request.on('timeout', () => request.destroy(new Error(`nothing in ${patienceMs / 1000} seconds`)))
    request.on('error', fail)
    request.end(body)
  })
}
