import { resolve } from 'node:path'
import { withClient, type CommandContext } from './context.ts'
import { showShadow } from './shadow.ts'

/** Options of `daybook replay`. */
export interface ReplayOptions {
  on: string
  against: string
  label?: string
}

/** `daybook replay TABLE`: two models on the table's rows, where there is no traffic to compare them on. */
export function replayCommand(
  context: CommandContext,
  table: string,
  { on, against, label }: ReplayOptions,
): Promise<number> {
  return withClient(context, async (client) => {
    const path = resolve(table)
    const report = await client.call('shadow.replay', { path, on, against, label: label ?? null })
    const joined = {
      ...report,
      champion: { revision: null, modelUri: against },
      shadow: { revision: null, modelUri: on },
      answered: report.joined,
      // They were asked all at once: how long one row takes is not known.
      latency: { champion: null, shadow: null },
    }
    context.terminal.out(
      context.json ? JSON.stringify(report, null, 2) : showShadow(context.terminal, joined),
    )
    return 0
  })
}
