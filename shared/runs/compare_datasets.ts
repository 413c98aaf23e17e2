import type { ComparedDataset, SchemaChange } from './comparison.ts'
import type { DatasetInput, Run } from './run_data.ts'

/** Data sets by name and what they were used for, run by run: those that differ first. */
export function compareDatasets(runs: readonly Pick<Run, 'datasets'>[]): ComparedDataset[] {
  const rows = new Map<string, { name: string; context: string | null; inputs: (DatasetInput | null)[] }>()
  runs.forEach((run, i) => {
    // A run may use two data sets of one name for one thing: the second is a row of its own.
    const seen = new Map<string, number>()
    for (const input of run.datasets) {
      const context = input.tags['mlflow.data.context'] ?? null
      const name = JSON.stringify([input.name, context])
      const nth = seen.get(name) ?? 0
      seen.set(name, nth + 1)
      const row = rows.get(`${nth} ${name}`) ?? { name: input.name, context, inputs: runs.map(() => null) }
      row.inputs[i] = input
      rows.set(`${nth} ${name}`, row)
    }
  })
  const compared = [...rows.values()].map(({ name, context, inputs }): ComparedDataset => {
    const digests = inputs.map((input) => input?.digest ?? null)
    const first = inputs.find((input) => input !== null)?.schema ?? null
    return {
      name,
      context,
      digests,
      differs: new Set(digests).size > 1,
      schemaChanges: inputs.map((input) => compareSchemas(first, input?.schema ?? null)),
    }
  })
  return [...compared.filter(({ differs }) => differs), ...compared.filter(({ differs }) => !differs)]
}

/** Columns that were added, taken away or have another type; null if there are none or a schema is not known. */
export function compareSchemas(before: string | null, after: string | null): SchemaChange[] | null {
  if (before === after) return null
  const [a, b] = [readColumns(before), readColumns(after)]
  if (a === null || b === null) return null
  const names = [...new Set([...a.keys(), ...b.keys()])]
  const changes = names.flatMap((column) => {
    const change = { column, before: a.get(column) ?? null, after: b.get(column) ?? null }
    return change.before === change.after ? [] : [change]
  })
  return changes.length === 0 ? null : changes
}

/** Column names and types of a schema as MLflow writes them: `mlflow_colspec`, or `mlflow_tensorspec`. */
function readColumns(schema: string | null): Map<string, string> | null {
  const found = parse(schema)
  if (found === null) return null
  const columns = new Map<string, string>()
  const list = found['mlflow_colspec']
  if (Array.isArray(list)) {
    for (const entry of list as { name?: unknown; type?: unknown; required?: unknown }[]) {
      const kind = typeof entry.type === 'string' ? entry.type : JSON.stringify(entry.type)
      columns.set(
        typeof entry.name === 'string' ? entry.name : String(columns.size),
        entry.required === false ? `${kind}, may be missing` : kind,
      )
    }
    return columns
  }
  for (const [name, spec] of Object.entries(found)) columns.set(name, JSON.stringify(spec))
  return columns
}

function parse(schema: string | null): Record<string, unknown> | null {
  try {
    const found: unknown = JSON.parse(schema ?? 'null')
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : null
  } catch {
    return null
  }
}
