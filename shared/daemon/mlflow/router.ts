import type { Route } from './route.ts'

/** A route that fits an address, with what stood at its variable places. */
export interface Match {
  route: Route
  /** The `:name` parts, still percent-encoded. */
  parts: Readonly<Record<string, string>>
  /** What stood for a trailing `*`, still percent-encoded. */
  rest: string
}

/** Finds the route of a path; `methods` are those the path is served with, to tell a wrong method from a wrong path. */
export interface Router {
  find(method: string, path: string): Match | undefined
  methods(path: string): readonly string[]
}

/** Builds a router. Fixed paths are found in one step; those with variable parts are tried in the order given. */
export function createRouter(routes: readonly Route[]): Router {
  const fixed = new Map<string, Match>()
  const patterns: Pattern[] = []
  for (const route of routes) {
    const isFull = route.kind === 'stream' || route.path.startsWith('/')
    const path = isFull ? route.path : `/api/${route.major ?? 2}.0/mlflow/${route.path}`
    if (!path.includes(':') && !path.endsWith('/*'))
      fixed.set(`${route.method} ${path}`, { route, parts: {}, rest: '' })
    else patterns.push({ route, segments: path.split('/') })
  }
  const find = (method: string, path: string): Match | undefined =>
    fixed.get(`${method} ${path}`) ?? firstMatch(patterns, method, path)
  return {
    find,
    methods: (path) => allMethods.filter((method) => find(method, path) !== undefined),
  }
}

interface Pattern {
  route: Route
  segments: readonly string[]
}

const allMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

function firstMatch(patterns: readonly Pattern[], method: string, path: string): Match | undefined {
  const segments = path.split('/')
  for (const pattern of patterns) {
    if (pattern.route.method !== method) continue
    const match = matchSegments(pattern, segments)
    if (match !== undefined) return match
  }
  return undefined
}

function matchSegments(pattern: Pattern, segments: readonly string[]): Match | undefined {
  const parts: Record<string, string> = {}
  for (const [i, expected] of pattern.segments.entries()) {
    const found = segments[i]
    if (expected === '*') {
      return found === undefined
        ? undefined
        : { route: pattern.route, parts, rest: segments.slice(i).join('/') }
    }
    if (found === undefined) return undefined
    if (expected.startsWith(':')) {
      if (found === '') return undefined
      parts[expected.slice(1)] = found
    } else if (expected !== found) return undefined
  }
  return segments.length === pattern.segments.length ? { route: pattern.route, parts, rest: '' } : undefined
}
