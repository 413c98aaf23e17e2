import { Dialog, showDialog } from '@jupyterlab/apputils'
import { KernelAPI, type Session } from '@jupyterlab/services'
import { formatAge } from '../shared/base/quantity.ts'
import type { KernelStates } from './project.ts'
import { sectionButton, type Section, type SectionParts } from './section.ts'

/** How often it is looked what the kernels do; the server's list itself tells only when one comes or goes. */
const lookEveryMs = 10_000

/** The server's kernels: which notebook each runs for, what it does, and whether what it writes is kept. */
export class KernelsSection implements Section {
  readonly node = document.createElement('div')
  readonly #parts: SectionParts
  readonly #timer: ReturnType<typeof setInterval>
  #states: KernelStates = {}

  constructor(parts: SectionParts) {
    this.#parts = parts
    const { sessions } = parts.app.serviceManager
    sessions.runningChanged.connect(this.#look, this)
    this.#timer = setInterval(() => document.hidden || void sessions.refreshRunning(), lookEveryMs)
    this.#look()
  }

  /** They are the server's, whatever project is in front. */
  follow(): void {
    this.#look()
  }

  fail(): void {
    this.#look()
  }

  dispose(): void {
    clearInterval(this.#timer)
    this.#parts.app.serviceManager.sessions.runningChanged.disconnect(this.#look, this)
  }

  #look(): void {
    this.#draw()
    void this.#parts.projects.kernels().then(
      (states) => {
        this.#states = states
        this.#draw()
      },
      () => undefined,
    )
  }

  #draw(): void {
    const { app, trans } = this.#parts
    const list = document.createElement('ul')
    list.setAttribute('aria-label', trans.__('Kernels of this server'))
    list.append(...[...app.serviceManager.sessions.running()].map((session) => this.#item(session)))
    const words = document.createElement('p')
    words.className = 'quiet'
    words.textContent = trans.__('No kernel runs.')
    this.node.replaceChildren(list.childElementCount === 0 ? words : list)
  }

  #item(session: Session.IModel): HTMLElement {
    const { app, trans } = this.#parts
    const { kernel, path, name } = session
    const item = document.createElement('li')
    item.className = 'daybook-kernel'
    const state = kernel?.execution_state ?? 'unknown'
    const dot = document.createElement('span')
    dot.className = `daybook-dot kernel-${state}`
    const label = document.createElement('span')
    label.className = 'name'
    label.textContent = name === '' ? path : name
    const says = document.createElement('span')
    says.className = 'quiet'
    const quietSince =
      kernel?.last_activity === undefined ? null : Date.now() - Date.parse(kernel.last_activity)
    says.textContent = state === 'idle' && quietSince !== null ? formatAge(quietSince) : trans.__(state)
    const kept = this.#states[kernel?.id ?? '']
    item.title = [
      path,
      kernel?.name,
      kept === null ? trans.__('What it writes while no page is open is kept.') : kept,
    ]
      .filter((line) => line !== undefined && line !== '')
      .join('\n')
    item.append(dot, label, says)
    if (kernel === null) return item
    const { serverSettings, sessions } = app.serviceManager
    const act = (label: string, title: string, work: () => Promise<unknown>): HTMLButtonElement => {
      const button = sectionButton(label, () => {
        void work()
          .catch((error: unknown) => showDialog({ title: 'Daybook', body: (error as Error).message }))
          .then(() => sessions.refreshRunning())
      })
      button.title = title
      button.setAttribute('aria-label', `${title}: ${name}`)
      return button
    }
    const sure = async (title: string, body: string, work: () => Promise<unknown>): Promise<void> => {
      const buttons = [Dialog.cancelButton(), Dialog.warnButton({ label: title })]
      const { button } = await showDialog({ title: `${title}: ${name}`, body, buttons })
      if (button.accept) await work()
    }
    const restart = trans.__('Restart')
    const stop = trans.__('Stop')
    const lost = trans.__('All variables are lost.')
    item.append(
      act('■', trans.__('Interrupt'), () => KernelAPI.interruptKernel(kernel.id, serverSettings)),
      act('↻', restart, () => sure(restart, lost, () => KernelAPI.restartKernel(kernel.id, serverSettings))),
      act('✕', stop, () => sure(stop, lost, () => sessions.shutdown(session.id))),
    )
    return item
  }
}
