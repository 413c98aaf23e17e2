import { openWebSocketWire } from '../api/websocket_wire.ts'
import { openViews } from './entry.ts'
import type { ViewHost } from './host.ts'
import { addressOf, parsePage } from './page_name.ts'
import { saveFile } from './save_file.ts'

/** Where this tab keeps what gives it access: gone with the tab. */
const tokenKey = 'daybook.token'
const readOnlyKey = 'daybook.readOnly'

void start()

/** The pages in a plain browser: one page a tab, named behind the # of the address. */
async function start(): Promise<void> {
  const root = document.createElement('div')
  root.id = 'views'
  document.body.append(root)
  const given = new URLSearchParams(location.hash.slice(1))
  const token = await findToken(given)
  const readOnly = sessionStorage.getItem(readOnlyKey) === 'yes'
  // The token must not stay in the address, where it would be seen and bookmarked.
  if (given.has('login') || given.has('read')) {
    history.replaceState(null, '', `#/${given.get('page') ?? 'runs'}`)
  }
  if (token === null) {
    root.innerHTML = '<p class="gone">This address is used up. <code>daybook ui</code> opens a new one.</p>'
    return
  }
  const views = openViews({
    root,
    connect: () => openWebSocketWire(location.origin, token),
    page: parsePage(location.hash),
    host: makeHost(readOnly),
  })
  addEventListener('hashchange', () => views.show(parsePage(location.hash)))
}

async function findToken(given: URLSearchParams): Promise<string | null> {
  const code = given.get('login')
  const read = given.get('read')
  let token: string | null = read
  if (code !== null) {
    const response = await fetch('/ui/login', { method: 'POST', body: code })
    token = response.ok ? ((await response.json()) as { token: string }).token : null
  }
  if (token !== null) {
    sessionStorage.setItem(tokenKey, token)
    sessionStorage.setItem(readOnlyKey, read === null ? 'no' : 'yes')
  }
  return token ?? sessionStorage.getItem(tokenKey)
}

function makeHost(readOnly: boolean): ViewHost {
  const key = (): string => `daybook.page.${parsePage(location.hash).kind}`
  return {
    readOnly,
    open: (page) => (location.hash = addressOf(page)),
    openLink: (address) => void window.open(address, '_blank', 'noopener'),
    save: saveFile,
    kept: () => {
      try {
        return JSON.parse(localStorage.getItem(key()) ?? 'null') as unknown
      } catch {
        return undefined
      }
    },
    keep: (state) => localStorage.setItem(key(), JSON.stringify(state)),
  }
}
