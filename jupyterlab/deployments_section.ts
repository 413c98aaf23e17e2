import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils'
import type { DeploymentState, DeploymentSummary } from '../shared/api/deployment_methods.ts'
import { formatLatency } from '../shared/base/quantity.ts'
import { gateSign } from '../shared/views/deployment_text.ts'
import { LiveSection } from './live_section.ts'
import type { Project } from './project.ts'
import { sectionButton, sectionPart, sectionWords, type SectionParts } from './section.ts'

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
export class DeploymentsSection extends LiveSection<readonly DeploymentSummary[]> {
  #drawn = ''

  constructor(parts: SectionParts) {
    super(parts, { topics: ['deployments.changed'], nothing: [], everyMs: lookEveryMs })
    this.draw()
  }

  protected override forget(): void {
    this.#drawn = ''
  }

  protected override again(): void {
    if (this.project !== null && this.node.offsetParent !== null) void this.look(this.project)
  }

  protected ask({ client }: Project): Promise<readonly DeploymentSummary[]> {
    return client.call('deployments.list', {})
  }

  /** Draws only what changed: a button keeps the focus. Why there is no project is said by the section of runs. */
  protected draw(): void {
    const wanted = JSON.stringify(
      this.told.map((each) => [each.name, each.url, each.says, ...this.#facts(each)]),
    )
    if (wanted === this.#drawn) return
    this.#drawn = wanted
    const { trans } = this.parts
    const project = this.project
    if (project === null || this.told.length === 0) {
      const words = trans.__(
        'No model answers yet. daybook deploy RUN --name NAME in a terminal makes the model of a run answer.',
      )
      this.node.replaceChildren(sectionWords(words))
      return
    }
    const list = document.createElement('ul')
    list.setAttribute('aria-label', trans.__('Deployments'))
    list.append(...this.told.flatMap((each) => [this.#row(each), this.#actions(project, each)]))
    this.node.replaceChildren(list)
  }

  /** A click on its name shows its page. */
  #row(deployment: DeploymentSummary): HTMLElement {
    const { name, state, says, url } = deployment
    const row = document.createElement('li')
    row.style.cssText = 'cursor: pointer; flex-wrap: wrap; row-gap: 1px'
    row.title = [says, ...(url === null ? [] : [`${url}/invocations`])].join('\n')
    // In a narrow sidebar the facts would leave no room for the name: they have a line of their own.
    const facts = sectionPart(this.#facts(deployment).join(' · '), 'quiet')
    facts.style.cssText = 'flex: 0 0 100%; padding-left: 15px; box-sizing: border-box'
    row.append(sectionPart('', `daybook-dot ${dots[state]}`), sectionPart(name, 'name'), facts)
    row.addEventListener('click', () => this.parts.open({ kind: 'deployment', name }))
    return row
  }

  #actions(project: Project, deployment: DeploymentSummary): HTMLElement {
    const { trans } = this.parts
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
    add(trans.__('Open'), () => Promise.resolve(this.parts.open({ kind: 'deployment', name })))
    if (state === 'ready') add(trans.__('Copy curl'), () => this.#copyCurl(project, name))
    if (shadow !== null) add(trans.__('Promote…'), () => this.#promote(project, name))
    if (shadow !== null) {
      add(trans.__('Remove shadow'), () =>
        project.client.call('deployments.place', { name, slot: 'shadow', revision: null }),
      )
    }
    if (runs) add(trans.__('Roll back'), () => this.#rollBack(project, name))
    if (runs) add(trans.__('Stop'), () => project.client.call('deployments.stop', { name }))
    else add(trans.__('Start'), () => project.client.call('deployments.up', { name }))
    return line
  }

  #facts({ state, champion, canary, shadow, requests, p99Ms }: DeploymentSummary): string[] {
    const { trans } = this.parts
    const isReady = state === 'ready'
    return [
      champion === null ? trans.__('no model') : trans.__('revision %1', champion.revision),
      ...(canary === null ? [] : [trans.__('canary %1', canary.revision)]),
      ...(shadow === null ? [] : [trans.__('shadow %1', shadow.revision)]),
      isReady ? trans.__('%1 requests', requests.toLocaleString('en-US')) : trans.__(state),
      ...(p99Ms === null || !isReady ? [] : [trans.__('99 % within %1', formatLatency(p99Ms))]),
    ]
  }

  async #copyCurl({ client }: Project, name: string): Promise<void> {
    const { trans } = this.parts
    const { curl } = await client.call('deployments.show', { name })
    if (curl === null) throw new Error(trans.__('"%1" does not answer now', name))
    await navigator.clipboard.writeText(curl)
    Notification.success(trans.__('Daybook: the command is on the clipboard; it holds the token.'), {
      autoClose: 4000,
    })
  }

  async #rollBack({ client }: Project, name: string): Promise<void> {
    const { revision } = await client.call('deployments.rollback', { name })
    const words = this.parts.trans.__('Daybook: revision %1 of "%2" answers again.', revision, name)
    Notification.success(words, { autoClose: 4000 })
  }

  /** Promotes the shadow through the gate; where that is closed, a person may override it with a reason. */
  async #promote({ client }: Project, name: string): Promise<void> {
    const { trans } = this.parts
    const gate = await client.call('gate.check', { name })
    const override = !gate.open
    if (override) {
      const { button } = await showDialog({
        title: trans.__('The gate is closed for revision %1 of "%2"', gate.revision, name),
        body: gate.checks.map(({ holds, says }) => `${gateSign(holds)} ${says}`).join('; '),
        buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Promote all the same…') })],
      })
      if (!button.accept) return
    }
    const { value } = await InputDialog.getText({
      title: trans.__('Promote revision %1 of "%2"', gate.revision, name),
      label: trans.__('Why? The reason is kept in the audit log.'),
      required: override,
    })
    if (value === null) return
    const { revision, tookMs } = await client.call('deployments.promote', {
      ...{ name, revision: gate.revision, reason: value, override },
    })
    Notification.success(
      trans.__('Daybook: revision %1 of "%2" answers now (%3).', revision, name, formatLatency(tookMs)),
    )
  }
}

function failed(error: unknown): void {
  Notification.error(`Daybook: ${(error as Error).message}`)
}
