import { resolve } from 'node:path'
import type { FoundKernel } from '../../api/kernel_methods.ts'
import type { Client } from '../../api/client.ts'
import { Problem } from '../../base/problem.ts'
import type { KernelInfo } from '../../kernel/kernel.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { formatAge } from '../../base/quantity.ts'
import { formatTable, type Terminal } from './terminal.ts'

/** `daybook kernels list`: what runs, and what could be started. */
export async function listKernelsCommand(
  context: CommandContext,
  options: { all?: boolean },
): Promise<number> {
  const { running, found } = await withClient(context, async (client) => ({
    running: await client.call('kernels.list', {}),
    found: await client.call('kernels.find', { folder: context.root }),
  }))
  print(context, { running, found }, () =>
    [
      formatRunning(context.terminal, running),
      '',
      formatFound(context.terminal, found, options.all ?? false),
    ].join('\n'),
  )
  return 0
}

/** `daybook kernels start [NAME]`. */
export async function startKernelCommand(
  context: CommandContext,
  name: string | undefined,
  options: { notebook?: string },
): Promise<number> {
  const kernel = await withClient(context, (client) =>
    client.call('kernels.start', {
      ...(name === undefined ? {} : { name }),
      notebook: options.notebook === undefined ? null : resolve(options.notebook),
    }),
  )
  print(context, kernel, ({ id, displayName }) => `${displayName} is ready: ${id}`)
  return 0
}

/** `daybook kernels interrupt|restart|stop KERNEL`. */
export async function changeKernelCommand(
  context: CommandContext,
  change: 'interrupt' | 'restart' | 'stop',
  id: string,
): Promise<number> {
  await withClient(context, async (client) =>
    client.call(`kernels.${change}`, { id: await fullId(client, id) }),
  )
  const done = { interrupt: 'interrupted', restart: 'restarted', stop: 'stopped' }[change]
  print(context, { id, done }, () => `Kernel ${id} ${done}.`)
  return 0
}

/**
 * A kernel's id from its beginning or end (ulids of one hour begin alike).
 * @throws Problem `kernel_not_found` if none or several fit
 */
export async function fullId(client: Client, part: string): Promise<string> {
  const kernels = await client.call('kernels.list', {})
  const fitting = kernels.filter(
    ({ id }) => id.startsWith(part.toUpperCase()) || id.endsWith(part.toUpperCase()),
  )
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return only.id
  const why = only === undefined ? 'No kernel has the id' : 'Several kernels have the id'
  throw new Problem('kernel_not_found', `${why} "${part}"`, { hint: '"daybook kernels" lists them.' })
}

function formatRunning(terminal: Terminal, kernels: readonly KernelInfo[]): string {
  if (kernels.length === 0) return 'No kernel runs.'
  const rows = kernels.map((kernel) => [
    kernel.id.slice(-8),
    kernel.displayName,
    kernel.state,
    formatAge(Date.now() - kernel.startedAtMs),
    formatAge(Date.now() - kernel.lastActivityMs),
    kernel.notebook ?? '',
  ])
  const titles = ['KERNEL', 'NAME', 'STATE', 'STARTED', 'ACTIVE', 'NOTEBOOK']
  return boldHead(
    terminal,
    formatTable(
      titles.map((title) => ({ title })),
      rows,
    ),
  )
}

function formatFound(terminal: Terminal, found: readonly FoundKernel[], all: boolean): string {
  const ready = found.filter(({ usable }) => usable)
  const others = found.filter(({ usable }) => !usable)
  const columns = ['CAN BE STARTED', 'NAME', 'LANGUAGE', 'FROM'].map((title) => ({ title }))
  const rows = ready.map(({ name, displayName, language, source }) => [name, displayName, language, source])
  const lines =
    ready.length === 0 ? ['No kernel can be started here.'] : [boldHead(terminal, formatTable(columns, rows))]
  if (all) {
    for (const { name, problem, remedy } of others) {
      lines.push('', `${name}: ${problem ?? 'not usable'}`, ...(remedy === null ? [] : [`  ${remedy}`]))
    }
  } else if (others.length > 0) {
    lines.push('', `Not ready: ${others.map(({ name }) => name).join(', ')} (why, and what helps: --all)`)
  }
  return lines.join('\n')
}

function boldHead(terminal: Terminal, table: string): string {
  const [head, ...rows] = table.split('\n')
  return [terminal.style('bold', head ?? ''), ...rows].join('\n')
}
