import { createInterface } from 'node:readline/promises'
import type { Client } from '../../api/client.ts'
import type { JournalEntry } from '../../kernel/kernel.ts'
import { withClient, type CommandContext } from './context.ts'
import { fullId } from './kernels.ts'
import type { Terminal } from './terminal.ts'

/**
 * `daybook kernels attach KERNEL`: shows what the kernel wrote and writes, and runs the lines typed. Leaving
 * (Ctrl-D) leaves the kernel as it is; Ctrl-C interrupts it.
 */
export async function attachCommand(context: CommandContext, part: string): Promise<number> {
  return withClient(context, async (client) => {
    const id = await fullId(client, part)
    const { terminal } = context
    const stop = client.onLog('kernel.journal', {
      of: id,
      cursor: 0,
      onEntry: (entry) => {
        if (context.json) terminal.out(JSON.stringify(entry))
        else showEntry(terminal, entry)
      },
      onError: (problem) => terminal.err(problem.message),
    })
    await readLines(client, id, terminal)
    stop()
    return 0
  })
}

async function readLines(client: Client, id: string, terminal: Terminal): Promise<void> {
  terminal.err(`Attached to ${id}. Ctrl-C interrupts, Ctrl-D leaves it running.`)
  const lines = createInterface({ input: process.stdin, output: process.stderr, prompt: '' })
  lines.on('SIGINT', () => void client.call('kernels.interrupt', { id }).catch(() => null))
  for await (const code of lines) {
    if (code.trim() !== '') await client.call('kernels.execute', { id, code })
  }
}

function showEntry(terminal: Terminal, { message, direction }: JournalEntry): void {
  const { content } = message
  const type = message.header.msg_type
  if (type === 'execute_input')
    terminal.out(terminal.style('cyan', `[${String(content['execution_count'])}] ${String(content['code'])}`))
  else if (type === 'stream') terminal.out(String(content['text']).replace(/\n$/, ''))
  else if (type === 'error') terminal.out((content['traceback'] as string[]).join('\n'))
  else if (type === 'execute_result' || type === 'display_data') {
    const text = (content['data'] as Record<string, unknown>)['text/plain']
    terminal.out(typeof text === 'string' ? text : '[output]')
  } else if (direction === 'mark') terminal.out(terminal.style('yellow', `(${type.replace('daybook_', '')})`))
}
