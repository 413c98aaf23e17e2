import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelPackage } from '../models/model_package.ts'
import { tensorValues, type FrameColumn, type ModelInput } from './frame.ts'
import type { ModelOutput, OutputPart } from './model_output.ts'
import type { OnnxInput, OnnxRuntime, OnnxSession, OnnxTensor } from './onnx_runtime.ts'
import type { ServingWorker } from './serving_worker.ts'
import { ModelError } from './worker_process.ts'

/** A larger model is left to processes, whose memory is bounded. */
const maxBytes = 20_000_000

/** What `convert.py` keeps beside a model that it made. */
interface Converted {
  file: string
  /** Columns in the order of the model's inputs; null where one input takes all. */
  inputs: readonly string[] | null
  classes: readonly unknown[] | null
}

/**
 * An ONNX model in this very process, fed and read as `daybook/serve/models.py` does it. Its questions are answered on
 * this process's only thread: for small models, which take less than it takes to wake another process.
 */
export class OnnxModel implements ServingWorker {
  readonly pid = 0
  readonly #parts: { runtime: OnnxRuntime; session: OnnxSession; converted: Converted | null }
  readonly #inputs: readonly { wanted: OnnxInput; column: string }[]
  #dead: string | null = null

  private constructor(
    parts: { runtime: OnnxRuntime; session: OnnxSession; converted: Converted | null },
    inputs: readonly OnnxInput[],
  ) {
    this.#parts = parts
    this.#inputs = inputs.map((wanted, i) => ({
      wanted,
      column: parts.converted?.inputs?.[i] ?? wanted.name,
    }))
  }

  /** Loads a package's ONNX file; null if it has none, or one that is not for this. */
  static async load(model: ModelPackage, runtime: OnnxRuntime): Promise<OnnxModel | null> {
    const converted = readConverted(model.folder)
    const data = model.flavors['onnx']?.['data']
    const file = converted?.file ?? (typeof data === 'string' ? data : null)
    if (file === null) return null
    const path = join(model.folder, file)
    if (statSync(path).size > maxBytes) return null
    const session = await runtime.InferenceSession.create(path, {
      ...{ executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 },
    })
    const inputs = session.inputMetadata
    if (inputs === undefined || !inputs.every(({ isTensor, type }) => isTensor && type in arrays)) {
      await session.release()
      return null
    }
    return new OnnxModel({ runtime, session, converted }, inputs)
  }

  get dead(): string | null {
    return this.#dead
  }

  onDeath(): void {
    // It lives as long as this process.
  }

  async predict(input: ModelInput, { chances }: { chances: boolean }): Promise<ModelOutput> {
    const { session, converted } = this.#parts
    const began = performance.now()
    let said: Readonly<Record<string, OnnxTensor>>
    try {
      said = await session.run(this.#feed(input))
    } catch (error) {
      throw error instanceof ModelError ? error : new ModelError((error as Error).message)
    }
    const parts = session.outputNames.map((name) => partOf(name, said[name]))
    const [first] = parts
    if (first === undefined) throw new ModelError('it has no outputs')
    const computeMs = performance.now() - began
    const [rows = 0, width] = first.shape
    const flat = converted !== null && first.shape.length === 2 && width === 1
    const answer = { ...first, name: 'output', shape: flat ? [rows] : first.shape }
    if (converted === null && parts.length > 1) return { form: 'arrays', parts, chances: null, computeMs }
    const known = converted !== null && converted.classes !== null && chances ? parts[1] : undefined
    return {
      ...{ form: 'array', parts: [answer], computeMs },
      chances: known === undefined ? null : { ...known, name: 'chances' },
    }
  }

  kill(why: string): void {
    if (this.#dead !== null) return
    this.#dead = why
    void this.#parts.session.release().catch(() => undefined)
  }

  #feed(input: ModelInput): Record<string, OnnxTensor> {
    const feeds: Record<string, OnnxTensor> = {}
    for (const { wanted, column } of this.#inputs) {
      const { values, shape } = this.#valuesFor(input, wanted, column)
      const data = convert(values, wanted.type)
      feeds[wanted.name] = new this.#parts.runtime.Tensor(wanted.type, data, shape)
    }
    return feeds
  }

  /** The array of that name, the only one, the column of that name, or all columns side by side. */
  #valuesFor(input: ModelInput, wanted: OnnxInput, name: string): Values {
    const isOnly = this.#inputs.length === 1
    if (input.kind === 'tensors') {
      const tensor = input.tensors.find((one) => one.name === name || one.name === null)
      if (tensor === undefined) throw new ModelError(`it is given no "${name}"`)
      return { values: tensorValues(tensor), shape: tensor.shape }
    }
    const column = input.columns.find((one) => one.name === name)
    if (column !== undefined)
      return {
        values: plainValues(column),
        shape: wanted.shape.length === 2 ? [input.rows, 1] : [input.rows],
      }
    if (!isOnly) throw new ModelError(`it is given no "${name}"`)
    const width = input.columns.length
    const values = new Array<unknown>(input.rows * width)
    input.columns.forEach((each, at) => {
      const own = plainValues(each)
      for (let row = 0; row < input.rows; row++) values[row * width + at] = own[row]
    })
    return { values, shape: [input.rows, width] }
  }
}

interface Values {
  values: ArrayLike<unknown>
  shape: readonly number[]
}

/** NumPy's name of each type, and what holds its values. */
const arrays: Readonly<
  Record<string, readonly [dtype: string, from: (values: ArrayLike<unknown>) => unknown]>
> = {
  float32: ['<f4', (values) => Float32Array.from(values, Number)],
  float64: ['<f8', (values) => Float64Array.from(values, Number)],
  int32: ['<i4', (values) => Int32Array.from(values, Number)],
  int64: ['<i8', (values) => BigInt64Array.from(values, (value) => BigInt(value as number))],
  bool: ['|b1', (values) => Uint8Array.from(values, (value) => (Number(value) === 0 ? 0 : 1))],
  string: ['json', (values) => Array.from(values)],
}

function convert(values: ArrayLike<unknown>, type: string): unknown {
  try {
    return arrays[type]?.[1](values)
  } catch (error) {
    throw new ModelError(`it wants ${type}: ${(error as Error).message}`)
  }
}

/** Values as the Python process has them: of a column of 32 bits, 32 bits. */
function plainValues({ type, values }: FrameColumn): ArrayLike<unknown> {
  if (type === 'datetime') throw new ModelError('it is given dates')
  return type === 'float' ? Float32Array.from(values as ArrayLike<unknown>, Number) : values
}

function partOf(name: string, tensor: OnnxTensor | undefined): OutputPart {
  const known = arrays[tensor?.type ?? '']
  if (tensor === undefined || known === undefined) throw new ModelError(`its output "${name}" is no array`)
  const values = tensor.data as ArrayLike<unknown>
  return {
    ...{ name, dtype: known[0], shape: tensor.dims },
    values: tensor.type === 'bool' ? Array.from(values, (value) => value !== 0) : values,
  }
}

function readConverted(folder: string): Converted | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'daybook-onnx.json'), 'utf8')) as Converted
  } catch {
    return null
  }
}
