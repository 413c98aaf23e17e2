import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { hostname, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { randomHex } from '../base/id.ts'
import { bootId, isAlive, type ProcessIdentity } from '../base/process.ts'
import { Problem } from '../base/problem.ts'
import type { StatePaths } from '../base/project.ts'
import { deploymentsFolder } from './deployment_files.ts'

/** How the gateway is reached, as its file says. */
export interface GatewayFile {
  process: ProcessIdentity
  boot: string
  host: string
  version: string
  /** For people and programs that want answers. */
  url: string
  /** For the daemon: what changes deployments. Not the token that clients have. */
  adminToken: string
  startedAtMs: number
}

/** How the gateway is to serve. Kept for the project's life, so that addresses stay. */
export interface GatewaySettings {
  /** Address to listen at: this machine alone, unless somebody says otherwise. */
  bind: string
  port: number
  /** Bearer token of clients; null: none is asked for. */
  token: string | null
  /** PEM files; null for plain HTTP. */
  tls: { cert: string; key: string } | null
  /** Largest body. */
  bodyBytes: number
  /** Requests a second of one client; null: no limit. */
  requestsPerS: number | null
}

/** Path of the file that says how to reach the gateway. */
export function gatewayFilePath(paths: StatePaths): string {
  return join(paths.dir, 'gateway.json')
}

/** Path of the lock that a gateway holds for its whole life. */
export function gatewayLockPath(paths: StatePaths): string {
  return join(paths.runtime, 'gateway.lock')
}

/** Writes the file, readable by the owner only, in one step. */
export function writeGatewayFile(paths: StatePaths, file: GatewayFile): void {
  writePrivately(gatewayFilePath(paths), file)
}

/** How to reach the gateway, or null if none can be trusted: the file must be ours, of this boot, and name one that lives. */
export function readGatewayFile(paths: StatePaths): GatewayFile | null {
  try {
    const path = gatewayFilePath(paths)
    const stat = lstatSync(path)
    if (!stat.isFile()) return null
    if (process.platform !== 'win32' && (stat.uid !== userInfo().uid || (stat.mode & 0o077) !== 0))
      return null
    const file = JSON.parse(readFileSync(path, 'utf8')) as GatewayFile
    const ours = file.host === hostname() && file.boot === bootId() && typeof file.adminToken === 'string'
    return ours && isAlive(file.process) ? file : null
  } catch {
    return null
  }
}

/** Takes the file away when its gateway ends. */
export function removeGatewayFile(paths: StatePaths): void {
  rmSync(gatewayFilePath(paths), { force: true })
}

/** How the gateway of a project is to serve; made when it is first asked for. */
export async function openGatewaySettings(paths: StatePaths): Promise<GatewaySettings> {
  const path = settingsPath(paths)
  if (existsSync(path)) {
    try {
      const kept = JSON.parse(readFileSync(path, 'utf8')) as Partial<GatewaySettings>
      if (typeof kept.port === 'number')
        return { ...defaults, token: randomHex(24), ...kept, port: kept.port }
    } catch {
      // A file that was damaged is made anew; clients then need the new token.
    }
  }
  const settings = { ...defaults, token: randomHex(24), port: await freePort() }
  writeGatewaySettings(paths, settings)
  return settings
}

/** Keeps how the gateway is to serve. */
export function writeGatewaySettings(paths: StatePaths, settings: GatewaySettings): void {
  writePrivately(settingsPath(paths), settings)
}

/** @throws Problem `bad_request` if these files cannot be served with: unreadable, no PEM, not of each other */
export function checkCertificate({ cert, key }: { cert: string; key: string }): void {
  try {
    createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) })
  } catch (error) {
    throw new Problem('bad_request', `Cannot serve with ${cert} and ${key}: ${(error as Error).message}`, {
      hint: 'Give the certificate and its key as PEM files: --tls-cert FILE --tls-key FILE.',
      cause: error,
    })
  }
}

const defaults = { bind: '127.0.0.1', tls: null, bodyBytes: 32_000_000, requestsPerS: null }

function settingsPath(paths: StatePaths): string {
  return join(deploymentsFolder(paths.dir), 'gateway-settings.json')
}

/** The first free port from 8031 on, which people can remember, else any. */
async function freePort(): Promise<number> {
  for (let port = 8031; port < 8051; port++) if (await isFree(port)) return port
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

function writePrivately(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.new`, JSON.stringify(value, null, 1), { mode: 0o600 })
  chmodSync(`${path}.new`, 0o600)
  renameSync(`${path}.new`, path)
}
