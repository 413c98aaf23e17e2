import type { Wire } from '../../shared/api/wire.ts'
import { openViews } from '../../shared/views/entry.ts'
import type { ViewHost } from '../../shared/views/host.ts'
import type { FromPage, PageSetup, PageState, ToPage } from '../pages/page_message.ts'

/** What VS Code gives to the script of a panel. */
interface CodeApi {
  postMessage(message: FromPage): void
  setState(state: PageState): void
}

declare function acquireVsCodeApi(): CodeApi

const code = acquireVsCodeApi()
const setup = readSetup()
// Whatever happens to the window: the panel comes back with this page.
code.setState(setup)

// The extension answers with what the page kept; only then is there something to begin with.
addEventListener('message', function begin({ data }: MessageEvent<ToPage>) {
  if (data.kind !== 'kept') return
  removeEventListener('message', begin)
  openViews({ root: document.body, connect, page: setup.page, host: makeHost(data.state) })
})
code.postMessage({ kind: 'begin' })

/** A line to the daemon through the extension. It never breaks by itself: the extension makes its own anew. */
function connect(): Promise<Wire> {
  return Promise.resolve({
    send: (message) => code.postMessage({ kind: 'wire', text: asText(message) }),
    onMessage: (listener) => {
      const hear = ({ data }: MessageEvent<ToPage>): void => {
        if (data.kind === 'wire') listener(data.text)
      }
      addEventListener('message', hear)
      return () => removeEventListener('message', hear)
    },
    onClose: () => () => undefined,
    close: () => undefined,
  })
}

function makeHost(kept: unknown): ViewHost {
  return {
    readOnly: false,
    open: (page) => code.postMessage({ kind: 'open', page }),
    openLink: (address) => code.postMessage({ kind: 'link', address }),
    openCell: (place) => code.postMessage({ kind: 'cell', ...place }),
    insertCode: (place) => code.postMessage({ kind: 'insert', ...place }),
    save: ({ name, content }) => code.postMessage({ kind: 'save', name, content }),
    kept: () => kept,
    keep: (state) => code.postMessage({ kind: 'keep', state }),
  }
}

function readSetup(): PageSetup {
  const content = document.querySelector<HTMLMetaElement>('meta[name="daybook"]')?.content
  return JSON.parse(content ?? '{}') as PageSetup
}

function asText(message: string | Uint8Array): string {
  return typeof message === 'string' ? message : new TextDecoder().decode(message)
}
