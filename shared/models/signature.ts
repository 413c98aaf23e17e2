/** Types of columns, as MLflow names them; nested ones (`array`, `object`, `map`, `any`) are passed as they come. */
export type ColumnType =
  'boolean' | 'integer' | 'long' | 'float' | 'double' | 'string' | 'binary' | 'datetime' | 'nested'

/** A column that a model takes or gives. */
export interface SignatureColumn {
  name: string
  type: ColumnType
  required: boolean
}

/** An array that a model takes or gives; -1 stands for any length. */
export interface SignatureTensor {
  /** Null where there is only one, without a name. */
  name: string | null
  /** As NumPy writes it: `float64`, `int64`. */
  dtype: string
  shape: readonly number[]
}

/** One side of a signature: columns by name, or arrays. */
export type Schema =
  | { kind: 'columns'; columns: readonly SignatureColumn[] }
  | { kind: 'tensors'; tensors: readonly SignatureTensor[] }

/** What a model takes and gives, in MLflow's terms; null for a side that is not known. */
export interface Signature {
  inputs: Schema | null
  outputs: Schema | null
}

/** Reads the signature of an MLmodel file. What cannot be read counts as not known: a model serves without it. */
export function parseSignature(value: unknown): Signature {
  const { inputs, outputs } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >
  return { inputs: parseSchema(inputs), outputs: parseSchema(outputs) }
}

function parseSchema(text: unknown): Schema | null {
  if (typeof text !== 'string') return null
  let specs: unknown
  try {
    specs = JSON.parse(text)
  } catch {
    return null
  }
  if (!Array.isArray(specs) || specs.length === 0) return null
  const records = specs as Record<string, unknown>[]
  if (records.every((spec) => spec['type'] === 'tensor'))
    return { kind: 'tensors', tensors: records.map(parseTensor) }
  return {
    kind: 'columns',
    columns: records.map((spec, i) => ({
      name: typeof spec['name'] === 'string' ? spec['name'] : String(i),
      type: columnTypes.find((type) => type === spec['type']) ?? 'nested',
      required: spec['required'] !== false,
    })),
  }
}

const columnTypes: readonly ColumnType[] = [
  'boolean',
  'integer',
  'long',
  'float',
  'double',
  'string',
  'binary',
  'datetime',
]

function parseTensor(spec: Record<string, unknown>): SignatureTensor {
  const inner = (spec['tensor-spec'] ?? {}) as { dtype?: unknown; shape?: unknown }
  return {
    name: typeof spec['name'] === 'string' ? spec['name'] : null,
    dtype: typeof inner.dtype === 'string' ? inner.dtype : 'float64',
    shape: Array.isArray(inner.shape) ? inner.shape.map(Number) : [-1],
  }
}
