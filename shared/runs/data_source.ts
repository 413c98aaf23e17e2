import type { DatasetInput } from './run_data.ts'

/** What is known of where a data set came from. Everything null for what code made in memory. */
export interface DataSource {
  /** Path or address. */
  place: string | null
  sizeBytes: number | null
  sha256: string | null
  /** How a versioning tool knows it: `dvc`, `git-lfs`. */
  pointer: string | null
  /** Whether the address names one version of what is there. */
  isVersioned: boolean
}

/** Reads the source that the module, or an mlflow client, wrote with a data set. Never fails. */
export function readDataSource({ source }: Pick<DatasetInput, 'source'>): DataSource {
  const told = parsed(source)
  const text = (key: string): string | null => (typeof told[key] === 'string' ? told[key] : null)
  const pointer = told['pointer']
  const kind = typeof pointer === 'object' && pointer !== null && 'kind' in pointer ? pointer.kind : null
  const size = told['size_bytes']
  return {
    place: text('uri') ?? text('url') ?? text('path'),
    sizeBytes: typeof size === 'number' ? size : null,
    sha256: text('sha256'),
    pointer: typeof kind === 'string' ? kind : null,
    isVersioned: text('reproduce') === 'by object version',
  }
}

/** In words, how the data can be had again as the run read it. */
export function waysBack(source: DataSource, hasCopy: boolean): string {
  if (hasCopy) return 'from its copy'
  if (source.pointer !== null) return `by ${source.pointer}`
  if (source.isVersioned) return 'by object version'
  return 'cannot be reproduced'
}

function parsed(source: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(source)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
