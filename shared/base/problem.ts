/**
 * What can go wrong in a way that a user can act on. A code crosses process borders as it is; a client
 * decides by it and never by the message.
 */
export const problemCodes = [
  'bad_request',
  'not_found',
  'conflict',
  'forbidden',
  'unauthorized',
  'cancelled',
  'busy',
  'internal',
  'notebook_invalid',
  'notebook_unsupported',
  'parameter_invalid',
  'filter_invalid',
  'kernel_not_found',
  'kernel_start_failed',
  'kernel_dead',
  'cell_failed',
  'daemon_unreachable',
  'host_unreachable',
  'store_full',
  'store_damaged',
  'state_unusable',
  'import_failed',
  'data_unreadable',
  'data_limit',
] as const

/** One of the codes above. */
export type ProblemCode = (typeof problemCodes)[number]

/** What belongs to a problem beside its message. */
export interface ProblemOptions {
  /** What to do about it, as one sentence, often a command. */
  hint?: string
  /** Where and what in numbers and names, for programs. */
  details?: Record<string, unknown>
  cause?: unknown
}

/**
 * An error that is meant for a user: says what was wrong, where, and what to do. Everything else that is
 * thrown is a defect of ours, shown as `internal` without its stack.
 */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly hint: string | undefined
  readonly details: Record<string, unknown> | undefined

  constructor(code: ProblemCode, message: string, options: ProblemOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.details = options.details
  }
}

/** A problem as it crosses a process border. */
export interface WireProblem {
  code: ProblemCode
  message: string
  hint?: string
  details?: Record<string, unknown>
}

/** Any thrown thing as it crosses a border: problems as they are, defects as `internal` without a stack. */
export function toWireProblem(error: unknown): WireProblem {
  if (!(error instanceof Problem)) {
    const message = error instanceof Error ? error.message : String(error)
    return { code: 'internal', message }
  }
  const wire: WireProblem = { code: error.code, message: error.message }
  if (error.hint !== undefined) wire.hint = error.hint
  if (error.details !== undefined) wire.details = error.details
  return wire
}

/** The problem again, on the other side of the border. Anything malformed becomes `internal`. */
export function fromWireProblem(value: unknown): Problem {
  const wire = (typeof value === 'object' && value !== null ? value : {}) as Partial<WireProblem>
  const code = problemCodes.find((known) => known === wire.code) ?? 'internal'
  const options: ProblemOptions = {}
  if (typeof wire.hint === 'string') options.hint = wire.hint
  if (typeof wire.details === 'object') options.details = wire.details
  return new Problem(code, typeof wire.message === 'string' ? wire.message : 'Unknown failure', options)
}
