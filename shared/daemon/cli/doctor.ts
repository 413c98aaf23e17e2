import { examine, type Check } from '../doctor.ts'
import { print, type CommandContext } from './context.ts'
import type { Terminal } from './terminal.ts'

/** `daybook doctor`: exit code 1 if something is missing. */
export async function doctorCommand(context: CommandContext): Promise<number> {
  const checks = await examine(context.root, process.env)
  print(context, checks, () => checks.map((check) => formatCheck(context.terminal, check)).join('\n'))
  return checks.some((check) => check.level === 'missing') ? 1 : 0
}

function formatCheck(terminal: Terminal, check: Check): string {
  const mark = {
    ok: terminal.style('green', '✓'),
    warn: terminal.style('yellow', '!'),
    missing: terminal.style('red', '✗'),
  }[check.level]
  const line = `${mark} ${check.subject.padEnd(10)} ${check.says}`
  return check.remedy === null ? line : `${line}\n${' '.repeat(13)}→ ${check.remedy}`
}
