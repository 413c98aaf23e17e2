import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import type { Searcher } from '../../runs/searcher.ts'
import type { Store } from '../../store/store.ts'
import type { AuditedEvent } from '../audit.ts'

/** Who asks: what the token in the path or header belongs to. */
export interface Caller {
  /** Id of the capability; null for the project's own token. */
  capability: string | null
  /** Called after a run was created through this token, in the same turn, so that capture can tie it to its cell. */
  runCreated?: (runId: string) => void
}

/** What a route may use. */
export interface RouteContext {
  store: Store
  /** Searches in a thread of its own; without it a search runs, and blocks, here. */
  searcher?: Searcher
  clock: Clock
  /** Folder of all artifacts; `mlflow-artifacts:/<path>` lies under it. */
  artifactsDir: string
  caller: Caller
  /** Told after something changed, so that views are told: `runs`, `experiments`, `models`. */
  changed(subject: 'runs' | 'experiments' | 'models', ids: readonly string[]): void
  /** Told of changes that people answer for. */
  audit?(event: AuditedEvent): void
}

/** A route that takes JSON (or a query) and answers JSON. `params` holds body or query, and `:name` parts of the path. */
export interface JsonRoute {
  kind: 'json'
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /**
   * Below `/api/2.0/mlflow/` and `/ajax-api/2.0/mlflow/`, e.g. `runs/create`, `logged-models/:model_id`; or the full
   * path if it begins with a slash. What stands for a trailing `*` comes as the parameter `*`.
   */
  path: string
  /** Major version in the address, `/api/2.0/` or `/api/3.0/`; 2 if left out. */
  major?: 2 | 3
  /** Query arguments come as strings, or lists of strings where a key is repeated; `readParams` of validation.ts takes both. */
  handle(context: RouteContext, params: Record<string, unknown>): unknown
}

/** What stood in the address of a request. */
export interface StreamAddress {
  /** What stands for a trailing `*`, still percent-encoded. */
  rest: string
  /** The `:name` parts, decoded. */
  parts: Readonly<Record<string, string>>
  /** Query arguments; a list where a key is repeated. */
  query: Readonly<Record<string, unknown>>
}

/**
 * A route that reads and answers bytes itself: artifacts up and down, plain texts. `path` is the full path, e.g.
 * `/api/2.0/mlflow-artifacts/artifacts/*` (served below `/ajax-api/` too).
 */
export interface StreamRoute {
  kind: 'stream'
  method: 'GET' | 'PUT' | 'DELETE' | 'POST'
  path: string
  handle(
    context: RouteContext,
    request: IncomingMessage,
    response: ServerResponse,
    address: StreamAddress,
  ): Promise<void>
}

/** One endpoint of MLflow's REST API. */
export type Route = JsonRoute | StreamRoute
