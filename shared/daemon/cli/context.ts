import { openClient, type Client } from '../../api/client.ts'
import { openWebSocketWire } from '../../api/websocket_wire.ts'
import { findNamedProject, findProjectRoot } from '../../base/project.ts'
import { ensureDaemon } from '../ensure.ts'
import type { Terminal } from './terminal.ts'

/** What every command gets. */
export interface CommandContext {
  terminal: Terminal
  /** The project folder, by the rule of base/project. */
  root: string
  /** Whether the user wants JSON on standard output, and nothing else there. */
  json: boolean
}

/** Options that every command takes. */
export interface GlobalOptions {
  json?: boolean
  project?: string
}

/** The context of a command from its options. */
export function openContext(terminal: Terminal, options: GlobalOptions): CommandContext {
  const { project, json = false } = options
  const root = project === undefined ? findProjectRoot(process.cwd()) : findNamedProject(project)
  return { terminal, root, json }
}

/** A client of the project's daemon, which is started if need be. */
export async function connect(context: CommandContext): Promise<Client> {
  const daemon = await ensureDaemon(context.root)
  return openClient(await openWebSocketWire(daemon.url, daemon.token))
}

/** Does something with a client and closes it. */
export async function withClient<T>(
  context: CommandContext,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connect(context)
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

/** Writes the result: as JSON if asked for, else as the text that `show` makes of it. */
export function print<T>(context: CommandContext, result: T, show: (result: T) => string): void {
  context.terminal.out(context.json ? JSON.stringify(result, null, 2) : show(result))
}
