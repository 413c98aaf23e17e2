import type { GateResult } from '../../governance/gate.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { formatTable, type Terminal } from './terminal.ts'

/** Exit code when the gate is closed. */
const closedCode = 3

/** `daybook gate NAME`: whether the shadow (or another revision) may be promoted, and why not. */
export function gateCommand(
  context: CommandContext,
  name: string,
  { revision }: { revision?: number },
): Promise<number> {
  return withClient(context, async (client) => {
    const result = await client.call('gate.check', { name, revision: revision ?? null })
    print(context, result, () => showGate(context.terminal, result))
    return result.open ? 0 : closedCode
  })
}

function showGate(terminal: Terminal, { open, checks, revision }: GateResult & { revision: number }): string {
  const title = `The gate is ${open ? 'open' : 'closed'} for revision ${revision}.`
  const rows = checks.map(({ name, holds, says }) => [
    holds === null
      ? terminal.style('dim', 'unknown')
      : holds
        ? terminal.style('green', 'holds')
        : terminal.style('red', 'does not hold'),
    name,
    says,
  ])
  const columns = ['', 'CHECK', ''].map((column) => ({ title: column, maxWidth: 140 }))
  return `${terminal.style('bold', title)}\n\n${formatTable(columns, rows)}`
}
