import { resolve } from 'node:path'
import type { Deployed, DeployStep } from '../../api/deployment_methods.ts'
import type { Client } from '../../api/client.ts'
import { withClient, type CommandContext } from './context.ts'

/** Options of `daybook deploy`. */
export interface DeployOptions {
  name?: string
  as: 'champion' | 'canary' | 'shadow'
  share?: number
  python?: string
  trust?: boolean
  onnx?: boolean
  reason: string
  /** Although the gate is closed. */
  override?: boolean
  workers?: number
  memory?: number
  logShare?: number
}

/** `daybook deploy MODEL`: shows each step, the address and the first answer. */
export function deployCommand(
  context: CommandContext,
  model: string,
  options: DeployOptions,
): Promise<number> {
  return withClient(context, async (client) => {
    const { terminal } = context
    const shown = new Set<string>()
    const show = (steps: readonly DeployStep[]): void => {
      for (const { step, says } of steps) {
        if (context.json || shown.has(step)) continue
        shown.add(step)
        terminal.err(`${terminal.style('green', '✓')} ${step.padEnd(8)} ${says}`)
      }
    }
    const stop = options.name === undefined ? () => undefined : follow(client, options.name, show)
    const path = model.startsWith('.') || model.startsWith('/') ? resolve(model) : model
    try {
      const deployed = await client.call('deployments.deploy', {
        model: path,
        name: options.name ?? null,
        slot: options.as,
        ...(options.share === undefined ? {} : { share: options.share }),
        python: options.python === undefined ? null : resolve(options.python),
        trust: options.trust ?? false,
        onnx: options.onnx ?? false,
        override: options.override ?? false,
        reason: options.reason,
        settings: {
          workers: options.workers,
          memoryBytes: options.memory === undefined ? undefined : options.memory * 1_000_000,
          logShare: options.logShare,
        },
      })
      show(deployed.steps)
      terminal.out(context.json ? JSON.stringify(deployed, null, 2) : summary(context, deployed))
      return 0
    } finally {
      stop()
    }
  })
}

/** Tells of steps while they are made. */
function follow(client: Client, name: string, show: (steps: readonly DeployStep[]) => void): () => void {
  return client.onChange('deployments.changed', () => {
    // While the first one comes up there is nothing to be shown yet.
    client.call('deployments.show', { name }).then(
      ({ progress }) => show(progress),
      () => undefined,
    )
  })
}

function summary({ terminal }: CommandContext, deployed: Deployed): string {
  const { name, revision, slot, modelUri, url, tookMs, example, notes, curl } = deployed
  const first = Array.isArray(example) ? example.slice(0, 5) : example
  const lines = [
    `${terminal.style('bold', name)} revision ${revision} (${modelUri}) is ${slot} after ${(tookMs / 1000).toFixed(1)} s`,
    slot === 'shadow'
      ? 'It gets a copy of each request; its answers go to the log only.'
      : `It answers at ${url}/invocations`,
  ]
  if (first !== null) lines.push(`To its own example it says ${JSON.stringify(first)}`)
  for (const note of notes) lines.push(terminal.style('yellow', `! ${note}`))
  if (curl !== null) lines.push('', curl)
  return lines.join('\n')
}
