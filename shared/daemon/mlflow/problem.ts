import { Problem, type ProblemCode } from '../../base/problem.ts'

/** MLflow's error codes with the HTTP status each is answered with (mlflow/exceptions.py). */
export const statusOf = {
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  CUSTOMER_UNAUTHORIZED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ENDPOINT_NOT_FOUND: 404,
  RESOURCE_DOES_NOT_EXIST: 404,
  ALREADY_EXISTS: 409,
  RESOURCE_CONFLICT: 409,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL_ERROR: 500,
  INVALID_STATE: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
} as const

/** One of MLflow's error codes. */
export type MlflowCode = keyof typeof statusOf

/** An error as MLflow's clients understand it: answered as `{"error_code", "message"}`. */
export class MlflowProblem extends Error {
  override readonly name = 'MlflowProblem'
  readonly code: MlflowCode
  /** HTTP status it is answered with. */
  readonly status: number

  constructor(code: MlflowCode, message: string, status: number = statusOf[code]) {
    super(message)
    this.code = code
    this.status = status
  }
}

/**
 * A thrown thing as MLflow's clients understand it; null if it is a defect of ours. Problems of the inner
 * folders, which know nothing of MLflow, get their MLflow code here and nowhere else.
 */
export function toMlflowProblem(error: unknown): MlflowProblem | null {
  if (error instanceof MlflowProblem) return error
  if (error instanceof Problem) {
    const message = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`
    // Not 429 or 5xx that clients try again for minutes: a full disk does not empty itself.
    if (error.code === 'store_full') return new MlflowProblem('RESOURCE_EXHAUSTED', message, 507)
    return new MlflowProblem(codeOf[error.code] ?? 'INTERNAL_ERROR', message)
  }
  if (error instanceof Error && error.name.endsWith('NotFoundError')) {
    return new MlflowProblem('RESOURCE_DOES_NOT_EXIST', error.message)
  }
  return null
}

const codeOf: Partial<Record<ProblemCode, MlflowCode>> = {
  bad_request: 'INVALID_PARAMETER_VALUE',
  parameter_invalid: 'INVALID_PARAMETER_VALUE',
  filter_invalid: 'INVALID_PARAMETER_VALUE',
  not_found: 'RESOURCE_DOES_NOT_EXIST',
  conflict: 'RESOURCE_ALREADY_EXISTS',
  forbidden: 'PERMISSION_DENIED',
  unauthorized: 'UNAUTHENTICATED',
  busy: 'TEMPORARILY_UNAVAILABLE',
}
