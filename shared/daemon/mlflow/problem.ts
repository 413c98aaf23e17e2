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

  constructor(code: MlflowCode, message: string) {
    super(message)
    this.code = code
  }
}
