/** One request that is sent to both servers; `$name` in it stands for what an earlier answer gave. */
export interface Step {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  /** Body, of a GET the query (a list gives the key several times). */
  send: Record<string, unknown>
  /** What to remember of the answer: name and where it stands. */
  save?: Record<string, string>
  /** `status`: of an error only the HTTP status is compared; `code`: and the code is compared, as ours says more (where it stands) or lists words in another order. */
  compare?: 'all' | 'code' | 'status'
}

/** A POST with a body. */
export const post = (path: string, send: Record<string, unknown>, more: Partial<Step> = {}): Step => ({
  method: 'POST',
  path,
  send,
  ...more,
})
/** A GET with a query. */
export const get = (path: string, send: Record<string, unknown>, more: Partial<Step> = {}): Step => ({
  method: 'GET',
  path,
  send,
  ...more,
})
/** A request with a body. */
export const send = (
  method: 'PATCH' | 'DELETE',
  path: string,
  body: Record<string, unknown>,
  more: Partial<Step> = {},
): Step => ({ method, path, send: body, ...more })
