import type { Condition, Filter } from '../../shared/runs/filter.ts'
import type { Run } from '../../shared/runs/run_data.ts'

/** Whether a run meets a filter, worked out run by run as MLflow's documentation says it. */
export function matches(run: Run, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => matches(run, part))
    case 'or':
      return filter.parts.some((part) => matches(run, part))
    case 'not':
      return !matches(run, filter.part)
    case 'condition':
      return meets(run, filter)
  }
}

function meets(run: Run, condition: Condition): boolean {
  if (condition.type === 'dataset') {
    const values = run.datasets.map((input) =>
      condition.key === 'context'
        ? (input.tags['mlflow.data.context'] ?? '')
        : condition.key === 'name'
          ? input.name
          : input.digest,
    )
    return values.some((value) => compare(value, condition))
  }
  const value = valueOf(run, condition.type, condition.key)
  if (condition.comparator === 'IS NULL') return value === null
  if (condition.comparator === 'IS NOT NULL') return value !== null
  return value !== null && compare(value, condition)
}

function valueOf(run: Run, type: Condition['type'], key: string): string | number | null {
  if (type === 'metric') return run.metrics[key]?.value ?? null
  if (type === 'param') return run.params[key] ?? null
  if (type === 'tag') return run.tags[key] ?? null
  const attributes: Record<string, string | number | null> = {
    run_id: run.id,
    run_name: run.name,
    status: run.status,
    user_id: run.userId,
    start_time: run.startMs,
    end_time: run.endMs,
  }
  return attributes[key] ?? null
}

function compare(value: string | number, { comparator, value: wanted }: Condition): boolean {
  switch (comparator) {
    case '=':
      return value === wanted
    case '!=':
      return value !== wanted
    case '<':
      return Number(value) < Number(wanted)
    case '<=':
      return Number(value) <= Number(wanted)
    case '>':
      return Number(value) > Number(wanted)
    case '>=':
      return Number(value) >= Number(wanted)
    case 'LIKE':
      return like(String(value), String(wanted))
    case 'ILIKE':
      return like(lower(String(value)), lower(String(wanted)))
    case 'IN':
      return (wanted as readonly string[]).includes(String(value))
    case 'NOT IN':
      return !(wanted as readonly string[]).includes(String(value))
    case 'IS NULL':
    case 'IS NOT NULL':
      return false
  }
}

/** SQLite's lower() knows ASCII only. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function like(text: string, pattern: string): boolean {
  const escaped = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '[^]*')
    .replaceAll('_', '[^]')
  return new RegExp(`^${escaped}$`, 'u').test(text)
}

/** The runs in an order; what lacks the field comes last, NaN before it, ties by newest and then by id. */
export function sortRuns(runs: readonly Run[], orderBy: readonly string[]): Run[] {
  const terms = orderBy.map((clause) => {
    const [, field = '', direction = ''] = /^(.*?)( ASC| DESC)?$/.exec(clause) ?? []
    const [word, key] = field.includes('.') ? field.split('.') : ['attributes', field]
    const type = (word ?? '').slice(0, -1) as Condition['type']
    return { type, key: (key ?? '').replaceAll('`', ''), sign: direction === ' DESC' ? -1 : 1 }
  })
  return [...runs].sort((a, b) => {
    for (const { type, key, sign } of terms) {
      const [x, y] = [valueOf(a, type, key), valueOf(b, type, key)]
      if (rank(x) !== rank(y)) return rank(x) - rank(y)
      if (rank(x) === 0 && x !== y) return sign * ((x as number) < (y as number) ? -1 : 1)
    }
    return b.startMs - a.startMs || (a.id < b.id ? -1 : 1)
  })
}

function rank(value: string | number | null): number {
  return value === null ? 2 : Number.isNaN(value) ? 1 : 0
}
