import { appendFileSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../base/problem.ts'
import { plural } from '../../data/wording.ts'
import type { AuditCheck, AuditCheckpoint, AuditEntry } from '../../governance/audit_log.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { formatTable, type Terminal } from './terminal.ts'

/** Exit code when the log is not as it was written. */
const brokenCode = 3

/** `daybook audit list`: who did what, the newest first. */
export function auditListCommand(
  context: CommandContext,
  subject: string | undefined,
  options: { limit: number },
): Promise<number> {
  return withClient(context, async (client) => {
    const entries = await client.call('audit.list', { limit: options.limit, subject: subject ?? null })
    print(context, entries, (shown) => showEntries(shown))
    return 0
  })
}

/** `daybook audit verify`: whether every entry is as it was written; says which is not. */
export function auditVerifyCommand(
  context: CommandContext,
  options: { checkpoints?: string },
): Promise<number> {
  return withClient(context, async (client) => {
    const file = options.checkpoints
    const checkpoints = file === undefined ? [] : readCheckpoints(resolve(file))
    const check = await client.call('audit.verify', { checkpoints })
    print(context, check, (shown) => showCheck(context.terminal, shown))
    return check.kind === 'whole' ? 0 : brokenCode
  })
}

/** `daybook audit checkpoint`: what to keep elsewhere, so that nobody can write the log anew. */
export function auditCheckpointCommand(context: CommandContext, options: { to?: string }): Promise<number> {
  return withClient(context, async (client) => {
    const check = await client.call('audit.checkpoint', {})
    if (check.kind === 'broken') {
      print(context, check, (shown) => showCheck(context.terminal, shown))
      return brokenCode
    }
    const line = JSON.stringify(check.checkpoint)
    if (options.to !== undefined) appendLine(resolve(options.to), line)
    const kept =
      options.to === undefined
        ? 'Keep this line elsewhere (in git, in a mail); audit verify --checkpoints FILE checks against it.'
        : `Added to ${options.to}: keep it elsewhere, in git for one.`
    print(context, check, () => `${line}\n${context.terminal.style('dim', kept)}`)
    return 0
  })
}

function showEntries(entries: readonly AuditEntry[]): string {
  if (entries.length === 0)
    return 'Nothing yet: registered models, deployments and promotions will stand here.'
  const rows = entries.map(({ seq, atMs, actor, action, subject, reason, details }) => [
    String(seq),
    new Date(atMs).toISOString().slice(0, 16).replace('T', ' '),
    actor,
    action,
    subject,
    [reason === '' ? '' : `“${reason}”`, brief(details)].filter((part) => part !== '').join(' '),
  ])
  const titles = ['', 'WHEN (UTC)', 'WHO', 'WHAT', 'OF WHAT', 'WHY'].map((title) => ({
    title,
    maxWidth: title === 'WHY' ? 90 : 40,
  }))
  return formatTable(titles, rows)
}

function brief(details: AuditEntry['details']): string {
  const short = (value: unknown): string =>
    typeof value === 'string' ? value : typeof value === 'number' ? String(value) : JSON.stringify(value)
  return Object.entries(details)
    .map(([key, value]) => `${key} ${short(value)}`)
    .join(', ')
}

function showCheck(terminal: Terminal, check: AuditCheck & { path: string }): string {
  if (check.kind === 'whole') {
    const { size, root } = check.checkpoint
    const says = `All ${plural(size, 'entry', 'entries')} are as they were written.`
    return `${terminal.style('green', says)}\n${terminal.style('dim', `root ${root}`)}`
  }
  return terminal.style('red', `${check.why}.`) + `\n${check.path}, line ${check.seq + 1}`
}

const checkpointLine = z.object({ size: z.number().int().min(0), root: z.string().regex(/^[0-9a-f]{64}$/) })

/** @throws Problem `bad_request` for a file that cannot be read, with the line */
function readCheckpoints(path: string): AuditCheckpoint[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new Problem('bad_request', `Cannot read ${path}: ${(error as Error).message}`, { cause: error })
  }
  return text
    .split('\n')
    .map((line, at) => ({ line: line.trim(), at }))
    .filter(({ line }) => line !== '')
    .map(({ line, at }) => parseCheckpoint(line, `${path}, line ${at + 1}`))
}

function parseCheckpoint(line: string, where: string): AuditCheckpoint {
  try {
    return checkpointLine.parse(JSON.parse(line))
  } catch (error) {
    throw new Problem('bad_request', `Cannot read a checkpoint in ${where}`, {
      hint: 'Each line is what "daybook audit checkpoint" printed: {"size":…,"root":"…"}.',
      cause: error,
    })
  }
}

function appendLine(path: string, line: string): void {
  try {
    appendFileSync(path, `${line}\n`)
  } catch (error) {
    throw new Problem('bad_request', `Cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}
