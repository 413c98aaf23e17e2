import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { randomBytes, randomInt } from 'node:crypto'
import { Problem } from '../base/problem.ts'
import type { KernelLaunch } from './kernel.ts'

/** The channels of a kernel, by the name of their port in the connection file. */
export const portNames = ['shell_port', 'iopub_port', 'stdin_port', 'control_port', 'hb_port'] as const

/** What a Jupyter connection file says, field by field as the file has it. */
export interface ConnectionInfo {
  transport: 'tcp' | 'ipc'
  ip: string
  shell_port: number
  iopub_port: number
  stdin_port: number
  control_port: number
  hb_port: number
  key: string
  signature_scheme: string
  kernel_name: string
  /** CurveZMQ, in Z85: only in the file of a kernel that understands it. */
  curve_publickey?: string
  curve_secretkey?: string
}

/** Longest path of a socket in bytes: sun_path less its final zero. */
const longestSocketPath = process.platform === 'darwin' ? 103 : 107

/** Address of one channel as ZeroMQ wants it. */
export function endpointOf(info: ConnectionInfo, port: (typeof portNames)[number]): string {
  return info.transport === 'ipc' ? `ipc://${info.ip}-${info[port]}` : `tcp://${info.ip}:${info[port]}`
}

/**
 * Whether a kernel is known to bind IPC sockets, which only their owner can reach. Where that is not known it
 * gets TCP ports: a kernel that does not understand `ipc` dies or hangs.
 */
export function speaksIpc(launch: KernelLaunch): boolean {
  if (process.platform === 'win32') return false
  return launch.argv.some((word) => /ipykernel|xpython|^IRkernel|IRkernel::main/.test(word))
}

/** What a new connection needs from outside. */
export interface ConnectionOptions {
  launch: KernelLaunch
  /** Folder for IPC sockets. */
  runtime: string
  /** CurveZMQ keys, made by whoever has ZeroMQ at hand. */
  curveKeys: () => { publicKey: string; secretKey: string }
  /** Ports that are given out already. */
  taken: ReadonlySet<number>
}

/** Makes a connection for a kernel: key, addresses and, on TCP, free ports and keys where it understands them. */
export async function newConnection(options: ConnectionOptions): Promise<ConnectionInfo> {
  const { launch } = options
  const base = {
    key: randomBytes(32).toString('hex'),
    signature_scheme: 'hmac-sha256',
    kernel_name: launch.name,
  }
  const prefix = join(options.runtime, `k${randomBytes(5).toString('hex')}`)
  if (speaksIpc(launch) && Buffer.byteLength(`${prefix}-1`) <= longestSocketPath) {
    return { transport: 'ipc', ip: prefix, ...portsFrom([1, 2, 3, 4, 5]), ...base }
  }
  const ports = portsFrom(await freePorts(portNames.length, options.taken))
  const info: ConnectionInfo = { transport: 'tcp', ip: '127.0.0.1', ...ports, ...base }
  if (!launch.curve) return info
  const keys = options.curveKeys()
  return { ...info, curve_publickey: keys.publicKey, curve_secretkey: keys.secretKey }
}

/** Writes the connection file, readable by the owner only, in one step. */
export function writeConnection(path: string, info: ConnectionInfo): void {
  writeFileSync(`${path}.new`, JSON.stringify(info, null, 1), { mode: 0o600 })
  chmodSync(`${path}.new`, 0o600)
  renameSync(`${path}.new`, path)
}

/**
 * Reads a connection file, also one that somebody else wrote.
 * @throws Error if it is missing or says too little
 */
export function readConnection(path: string): ConnectionInfo {
  const fields = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  const text = (name: string, or: string): string => (typeof fields[name] === 'string' ? fields[name] : or)
  const numbers = portNames.map((name) => fields[name])
  if (!numbers.every((port) => Number.isInteger(port))) {
    throw new RangeError(`Cannot use the connection file "${path}": a port is missing`)
  }
  const info: ConnectionInfo = {
    transport: fields['transport'] === 'ipc' ? 'ipc' : 'tcp',
    ip: text('ip', '127.0.0.1'),
    ...portsFrom(numbers as number[]),
    key: text('key', ''),
    signature_scheme: text('signature_scheme', 'hmac-sha256'),
    kernel_name: text('kernel_name', ''),
  }
  if (typeof fields['curve_publickey'] === 'string') info.curve_publickey = fields['curve_publickey']
  if (typeof fields['curve_secretkey'] === 'string') info.curve_secretkey = fields['curve_secretkey']
  return info
}

/**
 * Free TCP ports below the range from which the system serves outgoing connections: a port from that range can
 * be taken by any connection between our look and the kernel's bind, even by our own attempt to connect to it.
 * Two kernels of one supervisor never get the same; what a stranger takes in between shows when the kernel
 * starts, and the caller tries again with other ports.
 */
async function freePorts(count: number, taken: ReadonlySet<number>): Promise<number[]> {
  const end = ephemeralStart()
  const found: number[] = []
  for (let tries = 0; tries < 2000 && found.length < count; tries++) {
    const port = randomInt(10_000, end)
    if (!taken.has(port) && !found.includes(port) && (await isFree(port))) found.push(port)
  }
  if (found.length === count) return found
  throw new Problem('kernel_start_failed', 'Cannot find five free TCP ports for the kernel', {
    hint: 'Many programs hold ports on this machine; end some of them.',
  })
}

function ephemeralStart(): number {
  try {
    const first = Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10)
    return first > 12_000 ? first : 32_768
  } catch {
    return 32_768
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}

function portsFrom(numbers: readonly number[]): Pick<ConnectionInfo, (typeof portNames)[number]> {
  const [shell, iopub, stdin, control, hb] = numbers
  return {
    shell_port: shell ?? 0,
    iopub_port: iopub ?? 0,
    stdin_port: stdin ?? 0,
    control_port: control ?? 0,
    hb_port: hb ?? 0,
  }
}
