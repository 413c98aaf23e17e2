import { openRecordedClient } from '../api/recorded_client.ts'
import { registerElements, showPage } from './entry.ts'
import type { Page, ViewHost } from './host.ts'
import { saveFile } from './save_file.ts'

/** What a file of its own holds: the page, and the answers to all that it asks. */
interface Recorded {
  page: Page
  answers: Record<string, unknown>
}

start()

/** A page as one file: no daemon, no network, nothing to be changed. */
function start(): void {
  const recorded = JSON.parse(document.getElementById('recorded')?.textContent ?? '{}') as Recorded
  const root = document.createElement('div')
  root.id = 'views'
  document.body.append(root)
  registerElements()
  const client = openRecordedClient(recorded.answers)
  const host: ViewHost = {
    readOnly: true,
    isAlone: true,
    open: (page) => {
      // Of a comparison the runs are in the file too; other pages are not.
      if (page.kind === 'run' && `runs.get ${JSON.stringify({ id: page.id })}` in recorded.answers) {
        showPage(root, page, { client, host })
        const back = document.createElement('button')
        back.textContent = 'Back to the comparison'
        back.onclick = () => showPage(root, recorded.page, { client, host })
        root.prepend(back)
      }
    },
    openLink: (address) => void window.open(address, '_blank', 'noopener'),
    save: saveFile,
    kept: () => undefined,
    keep: () => undefined,
  }
  showPage(root, recorded.page, { client, host })
}
