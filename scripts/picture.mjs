// Makes a picture of a terminal from what commands really print:
//   node scripts/picture.mjs media/run.svg "daybook run examples/income.ipynb -p learning_rate=0.05" "daybook runs"
// Each command runs in a terminal of 120 columns (Python's pty, so Linux and macOS only) in the project folder.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { node24, pythonOf, root, venvFolder } from './paths.mjs'
import { runMain, SetupProblem } from './problem.mjs'
import { run } from './run.mjs'
import { renderSvg } from './svg.mjs'
import { readScreen } from './screen.mjs'

const columns = 120

await runMain(async () => {
  const [target, ...commands] = process.argv.slice(2)
  if (target === undefined || commands.length === 0) {
    throw new SetupProblem('Nothing to picture', ['node scripts/picture.mjs media/run.svg "daybook runs"'])
  }
  /** @type {import('./screen.mjs').Span[][]} */
  const lines = []
  for (const command of commands) {
    console.log(`$ ${command}`)
    if (lines.length > 0) lines.push([])
    lines.push([{ text: `$ ${command}`, style: 'bold' }], ...readScreen(await capture(command)))
  }
  writeFileSync(target, renderSvg(lines))
  console.log(`${lines.length} lines in ${target}`)
})

/** What a command writes to a terminal. @param {string} command */
async function capture(command) {
  const code = `
import fcntl, os, pty, struct, sys, termios
child, terminal = pty.fork()
if child == 0:
    os.execvp("sh", ["sh", "-c", sys.argv[1]])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, ${columns}, 0, 0))
try:
    while data := os.read(terminal, 65536):
        sys.stdout.buffer.write(data)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))`
  const path = [dirname(node24), join(root, 'node_modules', '.bin'), process.env.PATH].join(':')
  const daybook = `daybook() { '${node24}' '${join(root, 'bin', 'daybook.mjs')}' "$@"; }\n${command}`
  const env = { ...process.env, PATH: path, TERM: 'xterm-256color' }
  const result = await run(pythonOf(venvFolder), ['-c', code, daybook], { cwd: root, env })
  if (!result.ok) throw new SetupProblem(`"${command}" failed`, [], result.output)
  return result.stdout
}
