import { resolve } from 'node:path'
import { amount, percent, plural } from '../../data/wording.ts'
import type { AddedLabels, Coverage } from '../../monitor/monitor_process.ts'
import { print, withClient, type CommandContext } from './context.ts'

/** `daybook labels add NAME FILE`: what turned out to be true, joined with what was predicted. */
export function labelsAddCommand(
  context: CommandContext,
  given: { name: string; path: string },
  options: { label: string; on?: string },
): Promise<number> {
  return withClient(context, async (client) => {
    const on = options.on?.split(',').map((word) => word.trim()) ?? null
    const added = await client.call('labels.add', {
      name: given.name,
      path: resolve(given.path),
      label: options.label,
      on,
    })
    print(context, added, showAdded)
    return 0
  })
}

/** `daybook labels NAME`: how much of what was predicted is known to be right or wrong. */
export function labelsCommand(context: CommandContext, name: string): Promise<number> {
  return withClient(context, async (client) => {
    print(context, await client.call('labels.coverage', { name }), showCoverage)
    return 0
  })
}

function showAdded({ rows, added, unmatched, repeated, coverage }: AddedLabels): string {
  const lines = [`${plural(rows, 'label')} read, ${amount(added)} joined with what was predicted.`]
  if (unmatched > 0) lines.push(`No prediction belongs to ${plural(unmatched, 'label')}: they are left out.`)
  if (repeated > 0) lines.push(`${plural(repeated, 'label')} belong to several predictions each.`)
  return [...lines, showCoverage(coverage)].join('\n')
}

function showCoverage({ answered, labelled, lastMs, labelledUntilMs }: Coverage): string {
  if (answered === 0 || lastMs === null) return 'Nothing was predicted yet.'
  const share = `Labels are known for ${amount(labelled)} of ${plural(answered, 'predicted row')} (${percent(labelled / answered)})`
  return labelledUntilMs === null
    ? `${share}.`
    : `${share}, up to ${day(labelledUntilMs)}; predicted up to ${day(lastMs)}.`
}

function day(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')
}
