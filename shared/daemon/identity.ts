import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { randomHex } from '../base/id.ts'
import type { StatePaths } from '../base/project.ts'

const shape = z.object({ port: z.number().int().min(1024).max(65535), token: z.string().min(32) })

/** Port and token of a project's daemon: the same for the project's life. */
export type Identity = z.output<typeof shape>

/**
 * Reads or makes the project's port and token. They outlive the daemon: a running kernel's environment is
 * frozen at its start, and must find the next daemon at the same place.
 */
export async function openIdentity(paths: StatePaths): Promise<Identity> {
  const path = join(paths.dir, 'identity.json')
  try {
    const parsed = shape.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    if (parsed.success) return parsed.data
  } catch {
    // Absent or damaged: a new one is made.
  }
  return saveIdentity(paths, { port: await freePort(), token: randomHex(24) })
}

/** Keeps an identity; used when a stranger sits on the old port. */
export function saveIdentity(paths: StatePaths, identity: Identity): Identity {
  const path = join(paths.dir, 'identity.json')
  writeFileSync(path, JSON.stringify(identity) + '\n', { mode: 0o600 })
  chmodSync(path, 0o600)
  return identity
}

/** A port that is free now, outside the range from which systems hand out ports for outgoing connections. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await isFree(port)) return port
  }
  throw new Error('Cannot find a free port between 20000 and 32000')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
