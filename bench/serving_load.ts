import { Agent, request } from 'node:http'

/** Where to send what. */
export interface LoadTarget {
  url: string
  headers?: Record<string, string>
  body: string
}

/**
 * Posts the same body from several connections that are kept, for a while; every answer must be a 200.
 * @returns answers a second, and the latency in milliseconds that 99 of 100 do not pass
 */
export async function load(
  target: LoadTarget,
  { clients, forMs }: { clients: number; forMs: number },
): Promise<{ perS: number; p99Ms: number; answers: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const tookMs: number[] = []
  const startedMs = performance.now()
  const client = async (): Promise<void> => {
    while (performance.now() - startedMs < forMs) {
      const beganMs = performance.now()
      await post(agent, target)
      tookMs.push(performance.now() - beganMs)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const passedS = (performance.now() - startedMs) / 1000
  agent.destroy()
  return {
    perS: tookMs.length / passedS,
    p99Ms: Float64Array.from(tookMs).sort()[Math.floor(tookMs.length * 0.99)] ?? NaN,
    answers: tookMs.length,
  }
}

/**
 * Posts the same body at moments that are fixed beforehand, whether or not what was asked is answered: a server that
 * hesitates is not spared by clients that wait for it. Every answer must be a 200.
 * @param atMs when, in milliseconds from now on, rising
 * @returns the latency in milliseconds that 99 of 100 do not pass
 */
export async function loadAt(target: LoadTarget, agent: Agent, atMs: readonly number[]): Promise<number> {
  const tookMs = new Float64Array(atMs.length)
  const startedMs = performance.now()
  const answers: Promise<void>[] = []
  for (let next = 0; next < atMs.length;) {
    const passedMs = performance.now() - startedMs
    for (; next < atMs.length && (atMs[next] ?? 0) <= passedMs; next++) {
      const [at, beganMs] = [next, performance.now()]
      answers.push(post(agent, target).then(() => void (tookMs[at] = performance.now() - beganMs)))
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(answers)
  return tookMs.sort()[Math.floor(tookMs.length * 0.99)] ?? NaN
}

function post(agent: Agent, { url, headers, body }: LoadTarget): Promise<void> {
  const all = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers: all }, (response) => {
      response.resume()
      response.on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`${url} answered with ${response.statusCode}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
