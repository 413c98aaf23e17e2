import * as vscode from 'vscode'
import type { KernelNode, KernelsTree } from './kernels_tree.ts'
import { command } from './problem_message.ts'
import { openNotebook } from './open_notebook.ts'

/** Everything that can be done to running kernels from the sidebar. */
export function kernelCommands(tree: KernelsTree): vscode.Disposable[] {
  return [
    command('daybook.interruptKernel', ({ daemon, kernel }: KernelNode) =>
      daemon.call('kernels.interrupt', { id: kernel.id }),
    ),
    command('daybook.restartKernel', (node: KernelNode) => restart(node)),
    command('daybook.stopKernel', (node: KernelNode) => stop(node)),
    command('daybook.openKernelNotebook', ({ daemon, kernel }: KernelNode) =>
      openNotebook(daemon, kernel.notebook),
    ),
    command('daybook.refreshKernelList', () => tree.refresh()),
  ]
}

async function restart({ daemon, kernel }: KernelNode): Promise<void> {
  if (kernel.state !== 'busy' || (await agreed('Restart', 'A cell runs: what it has computed is lost.'))) {
    await daemon.call('kernels.restart', { id: kernel.id })
  }
}

async function stop({ daemon, kernel }: KernelNode): Promise<void> {
  if (kernel.state !== 'busy' || (await agreed('Stop', 'A cell runs: what it has computed is lost.'))) {
    await daemon.call('kernels.stop', { id: kernel.id })
  }
}

async function agreed(button: string, detail: string): Promise<boolean> {
  const options = { modal: true, detail }
  return (await vscode.window.showWarningMessage(`${button} the kernel?`, options, button)) === button
}
