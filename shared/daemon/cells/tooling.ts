import type { Completion, KernelVariable, VariableList } from '../../api/cell_methods.ts'
import { Problem } from '../../base/problem.ts'
import { readBundle, type MimeBundle } from '../../notebook/output.ts'
import type { Session } from '../../kernel/session.ts'

/** How long a kernel may take to say what it knows; an editor does not wait longer. */
const answerTimeoutMs = 3_000

/**
 * What the kernel proposes at a place in the code. Nothing if it is too busy to answer.
 * @param cursor UTF-16 offset
 */
export async function completeCode(session: Session, code: string, cursor: number): Promise<Completion> {
  const reply = await session
    .request(
      'complete_request',
      { code, cursor_pos: toPoints(code, cursor) },
      { tooling: true, timeoutMs: answerTimeoutMs },
    )
    .catch(onlyBusy)
  const matches = Array.isArray(reply['matches']) ? reply['matches'].map(String) : []
  const metadata = reply['metadata'] as Record<string, unknown> | undefined
  const typed = metadata?.['_jupyter_types_experimental']
  const details = new Map(
    (Array.isArray(typed) ? (typed as Record<string, unknown>[]) : []).map((one) => [one['text'], one]),
  )
  const textOr = (value: unknown): string | null =>
    typeof value === 'string' && value !== '' && value !== '<unknown>' ? value : null
  return {
    matches: matches.map((text) => ({
      text,
      type: textOr(details.get(text)?.['type']),
      signature: textOr(details.get(text)?.['signature']),
    })),
    start: fromPoints(code, reply['cursor_start'], cursor),
    end: fromPoints(code, reply['cursor_end'], cursor),
  }
}

/** What it knows about the thing at a place. */
export async function inspectCode(session: Session, code: string, cursor: number): Promise<MimeBundle> {
  const content = { code, cursor_pos: toPoints(code, cursor), detail_level: 0 }
  const reply = await session
    .request('inspect_request', content, { tooling: true, timeoutMs: answerTimeoutMs })
    .catch(onlyBusy)
  return reply['found'] === true ? readBundle(reply['data']) : {}
}

/** The kernel's variables, asked beside the cell that runs where the kernel can do that. It counts as no execution. */
export async function listVariables(session: Session): Promise<VariableList> {
  const none = { variables: [], more: 0 }
  const content = {
    code: '',
    silent: true,
    store_history: false,
    user_expressions: { daybook: report },
    allow_stdin: false,
    stop_on_error: false,
  }
  let reply: Record<string, unknown>
  try {
    reply = await session.request('execute_request', content, { tooling: true, timeoutMs: answerTimeoutMs })
  } catch (error) {
    if (error instanceof Problem && error.code === 'busy') return { state: 'busy', ...none }
    throw error
  }
  const answers = reply['user_expressions'] as Record<string, unknown> | undefined
  const answer = answers?.['daybook'] as { data?: Record<string, unknown> } | undefined
  const data = answer?.data?.['application/json'] as
    { variables?: KernelVariable[]; more?: number } | undefined
  if (!Array.isArray(data?.variables)) return { state: 'unsupported', ...none }
  return { state: 'ready', variables: data.variables, more: data.more ?? 0 }
}

/** Our module has another name where the user has one called "daybook". */
const report =
  '__import__("importlib").import_module(("_daybook" if "_daybook" in __import__("sys").modules else "daybook") + ".variables").report()'

function onlyBusy(error: unknown): Record<string, unknown> {
  if (error instanceof Problem && error.code === 'busy') return {}
  throw error
}

/** The protocol counts characters, an editor UTF-16 units. */
function toPoints(code: string, offset: number): number {
  return Array.from(code.slice(0, offset)).length
}

function fromPoints(code: string, points: unknown, otherwise: number): number {
  return typeof points === 'number' ? Array.from(code).slice(0, points).join('').length : otherwise
}
