import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils'
import type { DeploymentState, DeploymentSummary } from '../shared/api/deployment_methods.ts'
import { formatLatency } from '../shared/base/quantity.ts'
import type { Project } from './project.ts'
import { sectionButton, type Section, type SectionParts } from './section.ts'

/** Requests are counted without a word about each. */
const lookEveryMs = 5_000

/** The signs of runs that say the same. */
const dots: Readonly<Record<DeploymentState, string>> = {
  ready: 'FINISHED',
  starting: 'RUNNING',
  failed: 'FAILED',
  stopped: 'KILLED',
  down: 'KILLED',
}

/** The models of the project in front that answer requests, live, and what can be done to them. */
export class DeploymentsSection implements Section {
  readonly node = document.createElement('div')
  readonly #parts: SectionParts
  readonly #timer: ReturnType<typeof setInterval>
  #project: Project | null = null
  #stop: () => void = () => undefined
  #deployments: readonly DeploymentSummary[] = []
  #drawn = ''
  #asked = 0

  constructor(parts: SectionParts) {
    this.#parts = parts
    this.#timer = setInterval(() => {
      if (this.#project !== null && this.node.offsetParent !== null) void this.#load(this.#project)
    }, lookEveryMs)
    this.#draw()
  }

  follow(project: Project): void {
    this.#stop()
    this.#project = project
    this.#deployments = []
    this.#drawn = ''
    this.#stop = project.client.onChange('deployments.changed', () => void this.#load(project))
    this.#draw()
  }

  fail(): void {
    // The section of runs, above, says why there is nothing.
  }

  dispose(): void {
    clearInterval(this.#timer)
    this.#stop()
  }

  async #load(project: Project): Promise<void> {
    const asked = ++this.#asked
    try {
      const deployments = await project.client.call('deployments.list', {})
      if (asked !== this.#asked || project !== this.#project) return
      this.#deployments = deployments
      this.#draw()
    } catch {
      // The line broke meanwhile: this is asked again when it stands.
    }
  }

  /** Draws only what changed: a button keeps the focus. */
  #draw(): void {
    const wanted = JSON.stringify(
      this.#deployments.map((each) => [each.name, each.url, each.says, ...factsOf(each)]),
    )
    if (wanted === this.#drawn) return
    this.#drawn = wanted
    const { trans } = this.#parts
    const project = this.#project
    if (project === null || this.#deployments.length === 0) {
      const words = document.createElement('p')
      words.className = 'quiet'
      words.textContent = trans.__(
        'No model answers yet. daybook deploy RUN --name NAME in a terminal makes the model of a run answer.',
      )
      this.node.replaceChildren(words)
      return
    }
    const list = document.createElement('ul')
    list.setAttribute('aria-label', trans.__('Deployments'))
    list.append(...this.#deployments.flatMap((each) => [this.#row(each), this.#actions(project, each)]))
    this.node.replaceChildren(list)
  }

  /** A click on its name shows its page. */
  #row(deployment: DeploymentSummary): HTMLElement {
    const row = rowOf(deployment)
    row.style.cursor = 'pointer'
    row.addEventListener('click', () => this.#parts.open({ kind: 'deployment', name: deployment.name }))
    return row
  }

  #actions(project: Project, deployment: DeploymentSummary): HTMLElement {
    const { trans } = this.#parts
    const { name, state, shadow } = deployment
    const line = document.createElement('li')
    const runs = state === 'ready' || state === 'starting'
    const add = (label: string, act: () => Promise<unknown>): void => {
      const button = sectionButton(label, () => void act().catch(failed))
      button.setAttribute('aria-label', `${label}: ${name}`)
      line.append(button)
    }
    line.className = 'daybook-actions'
    line.style.cssText = 'cursor: default; flex-wrap: wrap; padding: 0 10px 6px 25px'
    add(trans.__('Open'), () => Promise.resolve(this.#parts.open({ kind: 'deployment', name })))
    if (state === 'ready') add(trans.__('Copy curl'), () => copyCurl(project, name))
    if (shadow !== null) add(trans.__('Promote…'), () => promote(project, name))
    if (shadow !== null) {
      add(trans.__('Remove shadow'), () =>
        project.client.call('deployments.place', { name, slot: 'shadow', revision: null }),
      )
    }
    if (runs) add(trans.__('Roll back'), () => rollBack(project, name))
    if (runs) add(trans.__('Stop'), () => project.client.call('deployments.stop', { name }))
    else add(trans.__('Start'), () => project.client.call('deployments.up', { name }))
    return line
  }
}

function factsOf({ state, champion, canary, shadow, requests, p99Ms }: DeploymentSummary): string[] {
  return [
    champion === null ? 'no model' : `revision ${champion.revision}`,
    ...(canary === null ? [] : [`canary ${canary.revision}`]),
    ...(shadow === null ? [] : [`shadow ${shadow.revision}`]),
    state === 'ready' ? `${requests.toLocaleString('en-US')} requests` : state,
    ...(p99Ms === null || state !== 'ready' ? [] : [`99 % within ${formatLatency(p99Ms)}`]),
  ]
}

function rowOf(deployment: DeploymentSummary): HTMLElement {
  const { name, state, says, url } = deployment
  const item = document.createElement('li')
  item.style.cssText = 'cursor: default; flex-wrap: wrap; row-gap: 1px'
  item.title = [says, ...(url === null ? [] : [`${url}/invocations`])].join('\n')
  const part = (text: string, style: string): HTMLElement => {
    const made = document.createElement('span')
    made.textContent = text
    made.className = style
    return made
  }
  // In a narrow sidebar the facts would leave no room for the name: they have a line of their own.
  const facts = part(factsOf(deployment).join(' · '), 'quiet')
  facts.style.cssText = 'flex: 0 0 100%; padding-left: 15px; box-sizing: border-box'
  item.append(part('', `daybook-dot ${dots[state]}`), part(name, 'name'), facts)
  return item
}

async function copyCurl({ client }: Project, name: string): Promise<void> {
  const { curl } = await client.call('deployments.show', { name })
  if (curl === null) throw new Error(`"${name}" does not answer now`)
  await navigator.clipboard.writeText(curl)
  Notification.success('Daybook: the command is on the clipboard; it holds the token.', { autoClose: 4000 })
}

async function rollBack({ client }: Project, name: string): Promise<void> {
  const { revision } = await client.call('deployments.rollback', { name })
  Notification.success(`Daybook: revision ${revision} of "${name}" answers again.`, { autoClose: 4000 })
}

/** Promotes the shadow through the gate; where that is closed, a person may override it with a reason. */
async function promote({ client }: Project, name: string): Promise<void> {
  const gate = await client.call('gate.check', { name })
  const override = !gate.open
  if (override) {
    const { button } = await showDialog({
      title: `The gate is closed for revision ${gate.revision} of "${name}"`,
      body: gate.checks.map(({ holds, says }) => `${holds === false ? '✗' : '✓'} ${says}`).join('; '),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: 'Promote all the same…' })],
    })
    if (!button.accept) return
  }
  const { value } = await InputDialog.getText({
    title: `Promote revision ${gate.revision} of "${name}"`,
    label: 'Why? The reason is kept in the audit log.',
    required: override,
  })
  if (value === null) return
  const { revision, tookMs } = await client.call('deployments.promote', {
    ...{ name, revision: gate.revision, reason: value, override },
  })
  Notification.success(`Daybook: revision ${revision} of "${name}" answers now (${formatLatency(tookMs)}).`)
}

function failed(error: unknown): void {
  Notification.error(`Daybook: ${(error as Error).message}`)
}
