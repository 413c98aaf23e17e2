import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { Problem } from '../../base/problem.ts'
import { connect, withClient, type CommandContext } from './context.ts'

/**
 * `daybook exec -- COMMAND`: runs a command as it is, tracked: everything it and its children log is one run.
 * Ends with the command's own exit code. The command runs even if the daemon ends meanwhile.
 */
export async function execCommand(context: CommandContext, command: readonly string[]): Promise<number> {
  const [program, ...args] = command
  if (program === undefined) {
    throw new Problem('bad_request', 'No command was given', { hint: 'daybook exec -- python train.py' })
  }
  const client = await connect(context)
  const capability = await client.call('capabilities.create', {
    kind: 'exec',
    pid: process.pid,
    argv: [...command],
    cwd: process.cwd(),
  })
  client.close()
  const { code, signal } = await runChild(program, args, capability.env)
  const status = code === 0 ? 'FINISHED' : signal === null ? 'FAILED' : 'KILLED'
  await withClient(context, (line) => line.call('capabilities.end', { id: capability.id, status }))
  context.terminal.err(
    `Tracked as run ${capability.runId?.slice(0, 8) ?? ''}: daybook show ${capability.runId?.slice(0, 8) ?? ''}`,
  )
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}

function runChild(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  // Ctrl-C reaches the child by the terminal itself; we only must not end before it.
  const ignore = (): undefined => undefined
  process.on('SIGINT', ignore)
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  const pass = (signal: NodeJS.Signals): boolean => child.kill(signal)
  process.on('SIGTERM', pass)
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'there is no such program' : error.message
      reject(new Problem('bad_request', `Cannot run "${program}": ${why}`))
    })
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', pass)
      resolve({ code, signal })
    })
  })
}
