import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../base/problem.ts'
import type { StatePaths } from '../../base/project.ts'
import { freePort } from '../identity.ts'
import { parseSettingsPart, readSettingsText } from '../settings_part.ts'
import { fingerprint, makeCertificate } from './certificate.ts'

const place = z
  .string()
  .regex(/^(\[[\da-f:]+\]|[\w.-]+):\d+$/i, 'is no HOST:PORT')
  .refine((text) => split(text).port <= 65_535, 'is no HOST:PORT')
const settings = z.strictObject({ listen: place.optional(), advertise: place.optional() })
const identity = z.object({
  port: z.number().int(),
  key: z.string(),
  certificate: z.string(),
  /** The address that it had the last time; null before that. */
  host: z.string().nullable(),
})
type Identity = z.output<typeof identity>

/** How a worker on another machine reaches the daemon. */
export interface WorkerInvitation {
  /** `https://HOST:PORT` */
  address: string
  /** SHA-256 of the certificate. */
  fingerprint: string
}

/** What the listener needs of the daemon. */
export interface ListenerParts {
  paths: StatePaths
  nowMs(): number
  /** Answers a worker's request. */
  answer(request: IncomingMessage, response: ServerResponse): void
}

/**
 * The door for workers on other machines: HTTPS with a certificate of the project's own, which they know by its
 * fingerprint. It is open only while a study asks for it, and it stands at the same place for the next daemon.
 *
 *     workers:
 *       listen: 0.0.0.0:7443
 *       advertise: laptop.example:7443
 *
 * in daybook.yaml says where; else it is the address that this machine has on the way to the workers.
 */
export class WorkerListener {
  readonly #parts: ListenerParts
  #servers = new Map<string, Promise<Server>>()
  #kept: Promise<Identity> | null = null
  #users = 0

  constructor(parts: ListenerParts) {
    this.#parts = parts
  }

  /**
   * Opens it, if it is not open yet; each call wants a `leave` later.
   * @param towards `HOST:PORT` of what starts the workers
   * @throws Problem `host_unreachable` if there is no way to it or the port is taken
   */
  async open(towards: string): Promise<WorkerInvitation> {
    // Counted from now on: the last of the others may leave while this one waits.
    this.#users++
    try {
      return await this.#open(towards)
    } catch (error) {
      this.leave()
      throw error
    }
  }

  /** Somebody who opened it needs it no more. */
  leave(): void {
    if (--this.#users === 0) this.close()
  }

  close(): void {
    for (const opening of this.#servers.values()) {
      void opening.then(
        (server) => {
          server.close()
          server.closeAllConnections()
        },
        () => undefined,
      )
    }
    this.#servers.clear()
  }

  async #open(towards: string): Promise<WorkerInvitation> {
    const { listen, advertise } = parseSettingsPart(
      readSettingsText(this.#parts.paths.root),
      'workers',
      settings,
    )
    this.#kept ??= this.#identity()
    this.#kept.catch(() => (this.#kept = null))
    const kept = await this.#kept
    const own =
      listen === undefined ? { host: await this.#ownAddress(towards, kept), port: kept.port } : split(listen)
    const at = `${own.host}:${own.port}`
    let server = this.#servers.get(at)
    if (server === undefined) {
      server = this.#listen(own, kept)
      this.#servers.set(at, server)
      server.catch(() => this.#servers.delete(at))
    }
    await server
    const host = own.host.includes(':') ? `[${own.host}]` : own.host
    return {
      address: `https://${advertise ?? `${host}:${own.port}`}`,
      fingerprint: fingerprint(kept.certificate),
    }
  }

  async #listen(at: { host: string; port: number }, { key, certificate }: Identity): Promise<Server> {
    const server = createServer({ key, cert: certificate, minVersion: 'TLSv1.2' }, this.#parts.answer)
    server.keepAliveTimeout = 75_000
    // A former daemon may need a moment to leave the port.
    for (let tries = 0; ; tries++) {
      const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
        server.once('error', resolve)
        server.listen(at.port, at.host, () => {
          server.off('error', resolve)
          resolve(null)
        })
      })
      if (error === null) return server
      if (error.code !== 'EADDRINUSE' || tries > 30) {
        throw new Problem(
          'host_unreachable',
          `Workers cannot be listened for at ${at.host}:${at.port}: ${error.message}`,
          {
            hint: 'Name another place in daybook.yaml: workers: {listen: HOST:PORT}.',
          },
        )
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** The address that this machine has on the way to another, or had when that was last to be reached. */
  async #ownAddress(towards: string, kept: Identity): Promise<string> {
    try {
      const host = await ownAddress(towards)
      if (host !== kept.host) this.#save(Object.assign(kept, { host }))
      return host
    } catch (error) {
      if (kept.host === null) throw error
      return kept.host
    }
  }

  /** Port, key and certificate of the project, made when first asked for. */
  async #identity(): Promise<Identity> {
    try {
      const parsed = identity.safeParse(JSON.parse(readFileSync(this.#path, 'utf8')))
      if (parsed.success) return parsed.data
    } catch {
      // Absent or damaged: a new one is made.
    }
    const made = { port: await freePort(), ...makeCertificate('daybook', this.#parts.nowMs()), host: null }
    this.#save(made)
    return made
  }

  #save(kept: Identity): void {
    const path = this.#path
    writeFileSync(path, JSON.stringify(kept) + '\n', { mode: 0o600 })
    chmodSync(path, 0o600)
  }

  get #path(): string {
    return join(this.#parts.paths.dir, 'workers.json')
  }
}

function split(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':')
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) }
}

/** The address that this machine has on the way to another. */
function ownAddress(towards: string): Promise<string> {
  const { host, port } = split(towards)
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 10_000 })
    const fail = (why: string): void => {
      socket.destroy()
      reject(new Problem('host_unreachable', `There is no way to ${towards}: ${why}`))
    }
    socket.once('connect', () => {
      resolve(socket.localAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1')
      socket.destroy()
    })
    socket.once('timeout', () => fail('no answer in 10 seconds'))
    socket.once('error', (error) => fail(error.message))
  })
}
