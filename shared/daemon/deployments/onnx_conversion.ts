import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ModelPackage } from '../../models/model_package.ts'
import { tensorValues, type ModelInput } from '../../serving/frame.ts'
import { readBody } from '../../serving/mlflow_body.ts'

/** What came of a conversion, in words for people; the model itself answers where it did not work. */
export interface OnnxConversion {
  converted: boolean
  says: string
}

/**
 * Puts an ONNX model beside a package's scikit-learn model, if skl2onnx converts it and both say the same to the
 * package's example and to rows like it; the worker then takes that one. The pickle is loaded for it, by `python`.
 * Never fails: what stands in the way is said.
 */
export async function convertToOnnx(
  python: string,
  program: string,
  model: ModelPackage,
): Promise<OnnxConversion> {
  const { folder, flavors, code } = model
  const example = exampleOf(model)
  const { predict_fn: asked = 'predict' } = flavors['python_function'] ?? {}
  if (!('sklearn' in flavors)) return not('only models of scikit-learn are converted')
  if (asked !== 'predict') return not(`it answers with ${String(asked)}`)
  if (example === null) return not('the package brings no example to compare with')
  const place = mkdtempSync(join(tmpdir(), 'daybook-onnx-'))
  const request = join(place, 'request.json')
  try {
    writeFileSync(request, JSON.stringify({ folder, flavors, code, example }), { mode: 0o600 })
    const { stdout } = await promisify(execFile)(python, [program, 'convert', request], {
      timeout: 180_000,
      cwd: folder,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' },
    })
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as OnnxConversion
  } catch (error) {
    const words = (error as { stderr?: string }).stderr ?? (error as Error).message
    return not(words.trim().split('\n').at(-1) ?? 'it ended')
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

function not(says: string): OnnxConversion {
  return { converted: false, says }
}

/** The example with its values in the open, as the program takes it; null where there is none of that form. */
function exampleOf({ example, signature }: ModelPackage): unknown {
  let input: ModelInput
  try {
    input = readBody(example, signature.inputs)
  } catch {
    return null
  }
  if (input.kind === 'frame') {
    const columns = input.columns.map(({ name, type, values }) => ({
      ...{ name, type },
      values: Array.from(values as ArrayLike<unknown>, (value) => plain(value, type)),
    }))
    return { columns }
  }
  const [tensor, ...more] = input.tensors
  if (tensor === undefined || more.length > 0 || tensor.shape.length !== 2) return null
  const values = Array.from(tensorValues(tensor), (value) => plain(value, ''))
  const width = tensor.shape[1] ?? 1
  const array = Array.from({ length: input.rows }, (_, row) => values.slice(row * width, (row + 1) * width))
  return { array, dtype: tensor.dtype === 'json' ? 'object' : tensor.dtype }
}

function plain(value: unknown, type: string): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number') return Number.isNaN(value) ? null : type === 'boolean' ? value !== 0 : value
  return value ?? null
}
