import type { Run } from './run_data.ts'

/** Metrics that are a share of rows: only of these do the rows alone tell how much is chance. */
const share = /(^|[_./ -])(acc|accuracy)([_./ -]|$)/i

/**
 * On how many rows a share was measured, where it is known: a tag says so (`score` of a classifier is a share), or the
 * metric was told as `<name>_<data>` and the run has that data among its inputs. Null otherwise, and for metrics that are no share of rows.
 */
export function rowsBehind(run: Pick<Run, 'datasets' | 'tags'>, key: string): number | null {
  const told = Number(run.tags[`daybook.rows.${key}`])
  if (told > 0) return told
  if (!share.test(key) || /balanced/i.test(key)) return null
  const measured = run.datasets.filter(
    ({ name, tags }) => tags['mlflow.data.context'] === 'eval' && key.endsWith(`_${name}`),
  )
  const counts = new Set(measured.map(({ profile }) => rowsOf(profile)))
  const [rows] = counts
  return counts.size === 1 ? (rows ?? null) : null
}

function rowsOf(profile: string | null): number | null {
  try {
    const { num_rows: rows } = JSON.parse(profile ?? '{}') as { num_rows?: unknown }
    return typeof rows === 'number' && rows > 0 ? rows : null
  } catch {
    return null
  }
}
