import type { CleanUp } from '../../api/run_methods.ts'
import { openState } from '../../base/project.ts'
import { ensureSupervisor, findSupervisor } from '../../kernel/supervisor_client.ts'
import { findGateway, orderGateway } from '../../serving/gateway_client.ts'
import { stopDaemon } from './daemon.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { formatBytes } from '../../base/quantity.ts'
import { formatTable } from './terminal.ts'

/** Options of `daybook gc`. */
export interface GcOptions {
  dryRun?: boolean
  checkpoints?: boolean
}

/** `daybook gc`: gives space back, by the project's retention rules. */
export async function gcCommand(context: CommandContext, options: GcOptions): Promise<number> {
  const asked = { dryRun: options.dryRun ?? false, checkpoints: options.checkpoints ?? false }
  print(context, await withClient(context, (client) => client.call('store.gc', asked)), formatCleanUp)
  return 0
}

/** `daybook stop --all`: every kernel of the project, its supervisor and its daemon. Runs under way end as KILLED. */
export async function stopAllCommand(context: CommandContext): Promise<number> {
  const paths = openState(context.root)
  const supervisor = (await findSupervisor(paths)) === null ? null : await ensureSupervisor(paths)
  const kernels = supervisor === null ? [] : await supervisor.list()
  for (const kernel of kernels) await supervisor?.stop(kernel.id)
  supervisor?.close()
  const gateway = await findGateway(paths)
  if (gateway !== null) await orderGateway(gateway, { kind: 'end' })
  const daemon = await stopDaemon(context.root)
  print(context, { kernels: kernels.length, daemon }, () =>
    kernels.length === 0 && !daemon
      ? `Nothing runs for ${context.root}.`
      : `Stopped ${kernels.length} kernel${kernels.length === 1 ? '' : 's'}${daemon ? ' and the daemon' : ''}.`,
  )
  return 0
}

function formatCleanUp(result: CleanUp): string {
  const notes = result.notes.map((note) => `\n${note}`).join('')
  if (result.items.length === 0) return `Nothing to give back.${notes}`
  const rows = result.items.map((item) => [item.what, item.why, formatBytes(item.sizeBytes)])
  const table = formatTable([{ title: 'WHAT' }, { title: 'WHY' }, { title: 'SIZE', align: 'right' }], rows)
  const word = result.dryRun ? 'Would give back' : 'Gave back'
  return `${table}\n${word} ${formatBytes(result.sizeBytes)}.${notes}`
}
