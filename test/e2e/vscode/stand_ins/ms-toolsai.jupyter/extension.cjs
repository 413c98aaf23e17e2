const { spawn } = require('node:child_process')
const { dirname, join } = require('node:path')
const vscode = require('vscode')

/**
 * Runs each cell in a Python of its own, to which it tells the notebook as Microsoft's extension does.
 * @param {vscode.ExtensionContext} context
 */
exports.activate = ({ subscriptions }) => {
  const controller = vscode.notebooks.createNotebookController('stand-in', 'jupyter-notebook', 'Stand-in')
  controller.supportedLanguages = ['python']
  controller.executeHandler = async (cells, notebook) => {
    for (const cell of cells) await run(controller.createNotebookCellExecution(cell), notebook.uri.fsPath)
  }
  subscriptions.push(controller)
}

/**
 * @param {vscode.NotebookCellExecution} execution
 * @param {string} file
 */
async function run(execution, file) {
  execution.start(Date.now())
  const code = `__vsc_ipynb_file__ = ${JSON.stringify(file)}\n${execution.cell.document.getText()}`
  const daybook = vscode.extensions.getExtension('daybook.daybook')?.extensionPath ?? ''
  const child = spawn(join(dirname(file), '.venv', 'bin', 'python'), ['-c', code], {
    cwd: dirname(file),
    env: { ...process.env, PYTHONPATH: join(daybook, 'programs', 'python') },
    stdio: 'ignore',
  })
  const exit = await new Promise((resolve) => child.on('close', resolve))
  execution.end(exit === 0, Date.now())
}
