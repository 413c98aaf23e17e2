import { Agent, request } from 'node:http'
import type { TestGateway } from './gateway_harness.ts'

/** What a load saw. */
export interface SwapLoad {
  answers: number
  failed: string[]
  /** Answers that are not those of the revision which they name. */
  mixed: string[]
  /** How many answers each revision gave. */
  byRevision: Map<number, number>
}

/**
 * Asks a deployment of the packages `one` and `two` from several connections at once, until it is stopped.
 * @param numberOf which package a revision is: its answers are 1000 · number + age
 */
export function loadDeployment(
  gateway: TestGateway,
  { clients, numberOf }: { clients: number; numberOf: (revision: number) => number },
): { stop(): Promise<SwapLoad>; seen: SwapLoad } {
  const seen: SwapLoad = { answers: 0, failed: [], mixed: [], byRevision: new Map() }
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  let going = true

  async function client(first: number): Promise<void> {
    for (let age = first; going; age = (age + clients) % 900) {
      const answer = await ask(agent, gateway, age).catch((error: unknown) => String(error))
      if (typeof answer === 'string' || answer.status !== 200) {
        seen.failed.push(typeof answer === 'string' ? answer : `${answer.status}: ${answer.text}`)
        continue
      }
      seen.answers++
      const [said] = (JSON.parse(answer.text) as { predictions: number[] }).predictions
      seen.byRevision.set(answer.revision, (seen.byRevision.get(answer.revision) ?? 0) + 1)
      if (said !== 1000 * numberOf(answer.revision) + age)
        seen.mixed.push(`revision ${answer.revision} said ${said} to ${age}`)
    }
  }
  const all = Array.from({ length: clients }, (_, i) => client(i))
  return {
    seen,
    async stop() {
      going = false
      await Promise.all(all)
      agent.destroy()
      return seen
    },
  }
}

function ask(
  agent: Agent,
  { url, token }: TestGateway,
  age: number,
): Promise<{ status: number; text: string; revision: number }> {
  const body = JSON.stringify({ dataframe_records: [{ age, hours: 1, city: 'Bern' }] })
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    authorization: `Bearer ${token}`,
  }
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/m/invocations`, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text,
          revision: Number(response.headers['daybook-revision']),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
