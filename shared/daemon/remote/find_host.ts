import { Problem } from '../../base/problem.ts'
import { JupyterHost, type Forward } from './jupyter_host.ts'
import type { OnAddress } from './on_address.ts'
import type { KnownHost, WorkerHost } from './worker_host.ts'

/** How long something may take to say what it is. */
const askMs = 15_000

/**
 * Asks what is at an address.
 * @throws Problem `host_unreachable`, `unauthorized`
 */
export async function askHost(address: OnAddress): Promise<KnownHost> {
  const told = await ask(address, '/api')
  const version = (told as { version?: unknown } | null)?.version
  if (typeof version !== 'string') {
    throw new Problem('host_unreachable', `What answers at ${address.name} is no Jupyter server`, {
      hint: 'Give a Jupyter server as http://HOST:8888/?token=….',
    })
  }
  // The version is told to everybody, kernels only to those with the token.
  await ask(address, '/api/kernelspecs')
  return { kind: 'jupyter', version }
}

/** The place itself. */
export function openHost(
  address: OnAddress,
  { version }: KnownHost,
  options: { kernel: string | null; forward: Forward },
): WorkerHost {
  return new JupyterHost(address, { version, ...options })
}

async function ask(address: OnAddress, path: string): Promise<unknown> {
  try {
    const response = await fetch(address.url + path, {
      signal: AbortSignal.timeout(askMs),
      headers: address.token === null ? {} : { authorization: `token ${address.token}` },
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
