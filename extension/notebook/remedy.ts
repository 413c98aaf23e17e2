import { spawn } from 'node:child_process'
import * as vscode from 'vscode'
import { Problem } from '../../shared/base/problem.ts'
import type { FoundKernel } from './controllers.ts'

/**
 * Offers to mend a kernel that lacks something: a button that runs the command which installs it, with progress.
 * Who only looks at a notebook is told beside it; who runs a cell is asked.
 * @returns whether it was mended
 * @throws Problem with the command's last words
 */
export async function offerRemedy(
  kernel: FoundKernel,
  folder: string,
  { isRun, log }: { isRun: boolean; log: (line: string) => void },
): Promise<boolean> {
  const { remedy, problem } = kernel
  const says = `${kernel.displayName} cannot run notebooks yet: ${problem ?? 'something is missing'}.`
  if (remedy === null) {
    void vscode.window.showWarningMessage(`${says} Choose another kernel.`)
    return false
  }
  const button = /\bipykernel\b/.test(remedy) ? 'Install ipykernel' : 'Mend It'
  const detail = `This is run in ${folder}:\n${remedy}`
  const answer = isRun
    ? await vscode.window.showInformationMessage(says, { modal: true, detail }, button)
    : await vscode.window.showInformationMessage(says, button)
  if (answer !== button) return false
  const options = { location: vscode.ProgressLocation.Notification, title: remedy, cancellable: true }
  await vscode.window.withProgress(options, (progress, token) =>
    runRemedy(
      remedy,
      folder,
      (line) => {
        log(line)
        progress.report({ message: line.slice(0, 80) })
      },
      token,
    ),
  )
  return true
}

function runRemedy(
  command: string,
  cwd: string,
  tell: (line: string) => void,
  token: vscode.CancellationToken,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // A group of its own: the shell's child is what must end when the user breaks it off.
    const child = spawn(command, { cwd, shell: true, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const last: string[] = []
    token.onCancellationRequested(() => {
      if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid)
    })
    const take = (chunk: unknown): void => {
      for (const line of String(chunk).split(/[\r\n]+/)) {
        if (line.trim() === '') continue
        tell(line)
        last.push(line)
      }
      last.splice(0, last.length - 5)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else if (token.isCancellationRequested) reject(new Problem('cancelled', 'Broken off'))
      else reject(new Problem('kernel_start_failed', `"${command}" failed: ${last.join(' / ')}`))
    })
  })
}
