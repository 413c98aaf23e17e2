import { spawn } from 'node:child_process'
import { print, withClient, type CommandContext } from './context.ts'

/** Options of `daybook ui`. */
export interface UiOptions {
  readOnly?: boolean
  /** False with --no-open. */
  open: boolean
}

/** `daybook ui`: the pages of this project in a browser. */
export async function uiCommand(context: CommandContext, page: string, options: UiOptions): Promise<number> {
  const access = options.readOnly === true ? 'read' : 'all'
  const link = await withClient(context, (client) => client.call('daemon.pageLink', { access, page }))
  const opened = !context.json && options.open && openBrowser(link.url)
  print(context, link, ({ url }) => (opened ? `Opened in your browser. Or open: ${url}` : `Open: ${url}`))
  return 0
}

/** Asks the system to open an address; false where there is no screen to open it on. */
function openBrowser(url: string): boolean {
  const { platform, env } = process
  if (platform !== 'darwin' && platform !== 'win32' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY'])
    return false
  const windows = platform === 'win32'
  const program = windows ? 'rundll32' : platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(program, windows ? ['url.dll,FileProtocolHandler', url] : [url], {
    stdio: 'ignore',
    detached: true,
  })
  child.on('error', () => undefined)
  child.unref()
  return true
}
