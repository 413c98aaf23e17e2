import type { Json } from '../../governance/canonical_json.ts'
import { getRegisteredModel } from '../../models/registered_model.ts'
import type { AuditedEvent } from '../audit.ts'
import type { JsonRoute, Route, RouteContext } from './route.ts'

type Params = Readonly<Record<string, unknown>>
type Told = Omit<AuditedEvent, 'actor'>

/** What the audit log is told of a change of the registry; null for what nobody has to answer for. */
interface Account {
  /** What must be asked before the change is made. */
  before?(context: RouteContext, params: Params): Json
  tell(params: Params, answer: unknown, before: Json): Told
}

/**
 * Routes whose changes of the registry go into the audit log. Actions are called as MLflow's webhooks call them,
 * and in their manner where those have no word.
 */
export function auditedRoutes(routes: readonly Route[]): Route[] {
  return routes.map((route) => {
    const account = route.kind === 'json' ? accounts[`${route.method} ${route.path}`] : undefined
    return route.kind === 'json' && account !== undefined ? audited(route, account) : route
  })
}

function audited(route: JsonRoute, { before, tell }: Account): JsonRoute {
  return {
    ...route,
    handle(context, params) {
      const was = before?.(context, params) ?? null
      const answer = route.handle(context, params)
      const event = tell(params, answer, was)
      const by = context.caller.capability
      context.audit?.({
        ...event,
        ...(by === null ? {} : { details: { ...event.details, capability: by } }),
      })
      return answer
    },
  }
}

const accounts: Readonly<Record<string, Account>> = {
  'POST registered-models/create': { tell: (params) => model('registered_model.created', params) },
  'POST registered-models/rename': {
    tell: (params) => model('registered_model.renamed', params, { to: word(params['new_name']) }),
  },
  'DELETE registered-models/delete': { tell: (params) => model('registered_model.deleted', params) },
  'POST registered-models/alias': {
    before: aliased,
    tell: (params, _answer, before) => ({
      action: 'model_version_alias.created',
      subject: versionOf(params),
      details: { alias: word(params['alias']), before: before ?? undefined },
    }),
  },
  'DELETE registered-models/alias': {
    before: aliased,
    tell: (params, _answer, before) =>
      model('model_version_alias.deleted', params, { alias: word(params['alias']), before }),
  },
  'POST model-versions/create': {
    tell(params, answer) {
      const made = (answer as { model_version?: Params }).model_version ?? {}
      return {
        action: 'model_version.created',
        subject: versionOf(made),
        details: {
          source: word(made['source']),
          run: word(made['run_id']) === '' ? undefined : word(made['run_id']),
          modelId: word(params['model_id']) === '' ? undefined : word(params['model_id']),
        },
      }
    },
  },
  'POST model-versions/transition-stage': {
    tell: (params) => ({
      action: 'model_version.stage_changed',
      subject: versionOf(params),
      details: { stage: word(params['stage']) },
    }),
  },
  'DELETE model-versions/delete': {
    tell: (params) => ({ action: 'model_version.deleted', subject: versionOf(params) }),
  },
  'POST model-versions/set-tag': {
    tell: (params) => ({
      action: 'model_version_tag.set',
      subject: versionOf(params),
      details: { key: word(params['key']), value: word(params['value']).slice(0, 1000) },
    }),
  },
  'DELETE model-versions/delete-tag': {
    tell: (params) => ({
      action: 'model_version_tag.deleted',
      subject: versionOf(params),
      details: { key: word(params['key']) },
    }),
  },
}

/** Which version the alias stood for before. */
function aliased({ store }: RouteContext, params: Params): Json {
  try {
    return getRegisteredModel(store, word(params['name'])).aliases[word(params['alias'])] ?? null
  } catch {
    return null
  }
}

function model(action: string, params: Params, details: Record<string, Json> = {}): Told {
  return { action, subject: `model ${word(params['name'])}`, details }
}

function versionOf(params: Params): string {
  return `model ${word(params['name'])}/${word(params['version'])}`
}

function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
