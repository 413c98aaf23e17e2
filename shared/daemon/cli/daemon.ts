import type { DaemonStatus } from '../../api/daemon_methods.ts'
import { openClient } from '../../api/client.ts'
import { openWebSocketWire } from '../../api/websocket_wire.ts'
import { openState } from '../../base/project.ts'
import { ensureDaemon, findDaemon } from '../ensure.ts'
import { print, type CommandContext } from './context.ts'
import { formatAge, formatBytes } from '../../base/quantity.ts'

/** `daybook daemon ensure`: finds or starts the daemon and says where it is. The one starter of all hosts. */
export async function ensureCommand(context: CommandContext): Promise<number> {
  const daemon = await ensureDaemon(context.root)
  print(context, daemon, ({ url, started }) => `${started ? 'Started' : 'Running'}: ${url}`)
  return 0
}

/** `daybook daemon status`: exit code 0 if it runs, 3 if not (as systemd's tools do). */
export async function statusCommand(context: CommandContext): Promise<number> {
  const status = await askStatus(context)
  print(context, status ?? { running: false, project: context.root }, () =>
    status === null ? `No daemon runs for ${context.root}.` : formatStatus(status),
  )
  return status === null ? 3 : 0
}

/** `daybook daemon stop`: ends the daemon; kernels and what they compute go on. */
export async function stopDaemonCommand(context: CommandContext): Promise<number> {
  const stopped = await stopDaemon(context.root)
  print(context, { stopped }, () =>
    stopped ? 'Stopped. Kernels go on.' : `No daemon runs for ${context.root}.`,
  )
  return 0
}

/** Ends the project's daemon and waits until it is gone; false if there was none. */
export async function stopDaemon(root: string): Promise<boolean> {
  const paths = openState(root)
  const daemon = await findDaemon(paths)
  if (daemon === null) return false
  const client = openClient(await openWebSocketWire(daemon.url, daemon.token))
  const gone = new Promise<void>((resolve) => client.onClose(() => resolve()))
  await client.call('daemon.stop', {})
  await gone
  while ((await findDaemon(paths)) !== null) await new Promise((resolve) => setTimeout(resolve, 50))
  return true
}

async function askStatus(context: CommandContext): Promise<DaemonStatus | null> {
  const daemon = await findDaemon(openState(context.root))
  if (daemon === null) return null
  const client = openClient(await openWebSocketWire(daemon.url, daemon.token))
  try {
    return await client.call('daemon.status', {})
  } finally {
    client.close()
  }
}

function formatStatus(status: DaemonStatus): string {
  const lines = [
    `Daybook ${status.version} for ${status.project}`,
    `  at            ${status.url} (process ${status.pid}, ${formatBytes(status.memoryBytes)})`,
    `  since         ${formatAge(Date.now() - status.startedAtMs)}`,
    `  tracking URI  ${status.trackingUri}`,
    `  clients ${status.clients} · kernels ${status.kernels} · notebooks being run ${status.notebookRuns}`,
  ]
  if (status.movedBecause !== null) lines.push(`  state in ${status.stateDir}: ${status.movedBecause}`)
  return lines.join('\n')
}
