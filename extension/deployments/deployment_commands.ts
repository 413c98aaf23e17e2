import * as vscode from 'vscode'
import type { DeploymentDetail } from '../../shared/api/deployment_methods.ts'
import { formatDuration, formatLatency } from '../../shared/base/quantity.ts'
import { command } from '../problem_message.ts'
import type { RunNode } from '../runs_tree.ts'
import type { DeploymentsNode, DeploymentsTree, PlaceNode } from './deployments_tree.ts'

/** Everything that can be done to deployments from the sidebar, and what makes one of a run. */
export function deploymentCommands(tree: DeploymentsTree): vscode.Disposable[] {
  const name = ({ summary }: DeploymentsNode): { name: string } => ({ name: summary.name })
  return [
    command('daybook.deployRun', (node: RunNode) => deploy(node)),
    command('daybook.promoteDeployment', (node: DeploymentsNode) => promote(node)),
    command('daybook.rollbackDeployment', async (node: DeploymentsNode) => {
      const { revision } = await node.daemon.call('deployments.rollback', name(node))
      say(`revision ${revision} of "${node.summary.name}" answers again`)
    }),
    command('daybook.stopDeployment', (node: DeploymentsNode) =>
      node.daemon.call('deployments.stop', name(node)),
    ),
    command('daybook.startDeployment', (node: DeploymentsNode) =>
      node.daemon.call('deployments.up', name(node)),
    ),
    command('daybook.removeShadow', ({ daemon, summary, slot }: PlaceNode) =>
      slot === 'champion'
        ? undefined
        : daemon.call('deployments.place', { name: summary.name, slot, revision: null }),
    ),
    command('daybook.copyDeploymentCurl', async (node: DeploymentsNode) => {
      const { curl } = await node.daemon.call('deployments.show', name(node))
      if (curl === null) return say(`"${node.summary.name}" does not answer now`)
      await vscode.env.clipboard.writeText(curl)
      say('the command is on the clipboard; it holds the token')
    }),
    command('daybook.tryDeployment', async (node: DeploymentsNode) =>
      tryIt(await node.daemon.call('deployments.show', name(node))),
    ),
    command('daybook.refreshDeployments', () => tree.refresh()),
  ]
}

const say = (words: string): void => void vscode.window.showInformationMessage(`Daybook: ${words}.`)

/** Makes a run's model answer, telling each step. */
async function deploy({ daemon, row }: RunNode): Promise<void> {
  const suggested = (row.notebook ?? row.name)
    .replace(/^.*\//, '')
    .replace(/\.ipynb$/, '')
    .replace(/[^\w-]+/g, '-')
    .toLowerCase()
  const name = await vscode.window.showInputBox({
    title: `Deploy the model of ${row.name}`,
    prompt: 'Name of the deployment. One that is there gets a new revision.',
    value: suggested,
    validateInput: (value) => (/^[\w-]{1,63}$/.test(value) ? null : 'Letters, digits, "-" and "_"'),
  })
  if (name === undefined) return
  const deployed = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Deploying ${name}` },
    async (progress) => {
      const tell = async (): Promise<void> => {
        const detail = await daemon.call('deployments.show', { name }).catch(() => null)
        const last = detail?.progress.at(-1)
        if (last !== undefined) progress.report({ message: last.says })
      }
      const timer = setInterval(() => void tell(), 300)
      try {
        return await daemon.call('deployments.deploy', { model: row.id, name })
      } finally {
        clearInterval(timer)
      }
    },
  )
  const { revision, tookMs, notes } = deployed
  const noticed = notes.length === 0 ? '' : ` ${notes[0] ?? ''}`
  const [tryWord, copyWord] = ['Try It', 'Copy as curl']
  const next = await vscode.window.showInformationMessage(
    `Daybook: revision ${revision} of "${name}" answers, ${formatDuration(tookMs)} after the click.${noticed}`,
    tryWord,
    copyWord,
  )
  if (next === tryWord) await tryIt(await daemon.call('deployments.show', { name }))
  if (next === copyWord && deployed.curl !== null) await vscode.env.clipboard.writeText(deployed.curl)
}

/** Promotes the shadow through the gate; where that is closed, a person may override it with a reason. */
async function promote({ daemon, summary }: DeploymentsNode): Promise<void> {
  const { name } = summary
  const gate = await daemon.call('gate.check', { name })
  const override = !gate.open
  if (override) {
    const word = 'Promote All the Same…'
    const detail = gate.checks.map(({ holds, says }) => `${holds === false ? '✗' : '✓'} ${says}`).join('\n')
    const options = { modal: true, detail }
    const title = `The gate is closed for revision ${gate.revision} of "${name}".`
    if ((await vscode.window.showWarningMessage(title, options, word)) !== word) return
  }
  const reason = await vscode.window.showInputBox({
    title: `Promote revision ${gate.revision} of "${name}"`,
    prompt: 'Why? The reason is kept in the audit log.',
    validateInput: (value) =>
      override && value.trim() === '' ? 'Against the gate a reason has to be given' : null,
  })
  if (reason === undefined) return
  const { revision, tookMs } = await daemon.call('deployments.promote', {
    ...{ name, revision: gate.revision, reason, override },
  })
  say(`revision ${revision} of "${name}" answers now (${formatLatency(tookMs)})`)
}

/** Asks the deployment with a body that a person may change; the answer opens as a document. */
async function tryIt({ summary, token, example }: DeploymentDetail): Promise<void> {
  if (summary.url === null) return say(`"${summary.name}" does not answer now`)
  const body = await vscode.window.showInputBox({
    title: `Ask ${summary.name}`,
    prompt: `The body of the request to ${summary.url}/invocations`,
    value: JSON.stringify(example ?? { dataframe_split: { columns: [], data: [] } }),
    validateInput: (value) => (isJson(value) ? null : 'This is no JSON'),
  })
  if (body === undefined) return
  const beganMs = performance.now()
  const answer = await fetch(`${summary.url}/invocations`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body,
  })
  const text = await answer.text()
  const tookMs = performance.now() - beganMs
  const content = isJson(text) ? JSON.stringify(JSON.parse(text), null, 2) : text
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'json', content }))
  say(`"${summary.name}" answered with ${answer.status} after ${formatLatency(tookMs)}`)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
