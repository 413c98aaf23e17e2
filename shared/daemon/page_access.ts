import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Handlers } from '../api/contract.ts'
import { readMethods } from '../api/read_methods.ts'
import type { Clock } from '../base/clock.ts'
import { Problem } from '../base/problem.ts'
import type { LineParts } from './line.ts'

/** How long the code in an address counts. */
const loginMs = 60_000

/**
 * Who may open pages in a browser. The project's own token never reaches one: a page gets a token that is made
 * from it, for a code that counts once. So an address that stood in a process list or in a history is worth nothing.
 */
export class PageAccess {
  readonly #tokens: { all: string; read: string }
  readonly #clock: Clock
  #logins = new Map<string, number>()

  constructor(projectToken: string, clock: Clock) {
    const derive = (what: string): string =>
      createHmac('sha256', projectToken).update(what).digest('base64url')
    this.#tokens = { all: derive('daybook page'), read: derive('daybook page, read only') }
    this.#clock = clock
  }

  /** An address that opens a page. What gives access stands behind the #, which browsers send to nobody. */
  link(url: string, { access, page }: { access: 'all' | 'read'; page: string }): string {
    if (access === 'read') return `${url}/ui#read=${this.#tokens.read}&page=${page}`
    const code = randomBytes(16).toString('base64url')
    this.#logins.set(code, this.#clock.nowMs() + loginMs)
    return `${url}/ui#login=${code}&page=${page}`
  }

  /** The token for a code; null for one that was used, is too old, or never was. */
  login(code: string): string | null {
    const untilMs = this.#logins.get(code)
    for (const [old, ms] of this.#logins) if (ms < this.#clock.nowMs()) this.#logins.delete(old)
    this.#logins.delete(code)
    return untilMs === undefined || untilMs < this.#clock.nowMs() ? null : this.#tokens.all
  }

  of(token: string): 'all' | 'read' | null {
    if (isSame(token, this.#tokens.all)) return 'all'
    return isSame(token, this.#tokens.read) ? 'read' : null
  }
}

/** The parts of a line for somebody who may only read: what changes something is refused, and so are journals. */
export function readOnly(parts: LineParts): LineParts {
  const may: readonly string[] = readMethods
  const refuse = (what: string) => (): never => {
    throw new Problem(
      'forbidden',
      `This page may only read: ${what} changes something, or tells what is private`,
      {
        hint: '"daybook ui" opens a page that may change things.',
      },
    )
  }
  const handlers = Object.entries(parts.handlers).map(([name, handler]) => [
    name,
    may.includes(name) ? handler : refuse(name),
  ])
  return {
    topics: parts.topics,
    handlers: Object.fromEntries(handlers) as Handlers,
    followLog: async ({ topic }) => refuse(topic)(),
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
