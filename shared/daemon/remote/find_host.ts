import { z } from 'zod'
import { Problem } from '../../base/problem.ts'
import { JupyterHost, type Forward } from './jupyter_host.ts'
import type { OnAddress } from './on_address.ts'
import { RayHost, type RayWish } from './ray_host.ts'
import type { KnownHost, WorkerHost } from './worker_host.ts'
import type { WorkerListener } from './worker_listener.ts'

/** How long something may take to say what it is. */
const askMs = 15_000

const rayVersion = z.object({ ray_version: z.string() })
const jupyterVersion = z.object({ version: z.string() })
const resources = z.object({ CPU: z.number().default(0), GPU: z.number().default(0) })
const rayNodes = z.object({
  data: z.object({
    summary: z.array(
      z.object({ raylet: z.object({ state: z.string(), resourcesTotal: resources }).partial() }),
    ),
  }),
})

/**
 * Asks what is at an address.
 * @throws Problem `host_unreachable`, `unauthorized`
 */
export async function askHost(address: OnAddress): Promise<KnownHost> {
  const ray = rayVersion.safeParse(await ask(address, '/api/version'))
  if (ray.success) return askRay(address, ray.data.ray_version)
  const jupyter = jupyterVersion.safeParse(await ask(address, '/api'))
  if (!jupyter.success) {
    throw new Problem(
      'host_unreachable',
      `What answers at ${address.name} is neither a Jupyter server nor the head of a Ray cluster`,
      { hint: 'Give a Jupyter server as http://HOST:8888/?token=…, or a Ray dashboard as http://HOST:8265.' },
    )
  }
  // The version is told to everybody, kernels only to those with the token.
  await ask(address, '/api/kernelspecs')
  return { kind: 'jupyter', version: jupyter.data.version }
}

/** What is there, in words. */
export function describeHost(address: OnAddress, known: KnownHost): string {
  return `${known.kind === 'ray' ? 'Ray' : 'Jupyter server'} ${known.version} at ${address.name}`
}

async function askRay(address: OnAddress, version: string): Promise<KnownHost> {
  const told = rayNodes.safeParse(await ask(address, '/nodes?view=summary'))
  if (!told.success)
    throw new Problem('host_unreachable', `${address.name} does not tell its nodes as Ray 2 does`)
  const alive = told.data.data.summary.filter(({ raylet }) => raylet.state === 'ALIVE')
  const sum = (kind: 'CPU' | 'GPU'): number =>
    alive.reduce((all, { raylet }) => all + (raylet.resourcesTotal?.[kind] ?? 0), 0)
  return { kind: 'ray', version, cpus: sum('CPU'), gpus: sum('GPU'), nodes: alive.length }
}

/** The place itself. */
export function openHost(
  address: OnAddress,
  known: KnownHost,
  options: { kernel: string | null; forward: Forward; wish: RayWish; listener: WorkerListener },
): WorkerHost {
  if (known.kind === 'ray') return new RayHost(address, known, options)
  return new JupyterHost(address, { version: known.version, ...options })
}

async function ask(address: OnAddress, path: string): Promise<unknown> {
  try {
    const response = await fetch(address.url + path, {
      signal: AbortSignal.timeout(askMs),
      // Jupyter and Ray each know one of them.
      headers:
        address.token === null
          ? {}
          : {
              authorization: `${path === '/api/version' || path.startsWith('/nodes') ? 'Bearer' : 'token'} ${address.token}`,
            },
    })
    if (response.status === 401 || response.status === 403) {
      throw new Problem('unauthorized', `${address.name} does not accept the token`, {
        hint: 'Give the address as the server prints it, with "?token=…".',
      })
    }
    const text = await response.text()
    return response.ok ? (JSON.parse(text) as unknown) : null
  } catch (error) {
    if (error instanceof Problem) throw error
    if (error instanceof SyntaxError) return null
    const cause = (error as Error).cause as Error | undefined
    throw new Problem(
      'host_unreachable',
      `Nothing answers at ${address.name}: ${cause?.message ?? (error as Error).message}`,
      { hint: 'Check that it runs and can be reached from this machine.', cause: error },
    )
  }
}
