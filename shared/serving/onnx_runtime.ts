import { createRequire } from 'node:module'
import { join } from 'node:path'

/** What onnxruntime-node has that we use. @see https://onnxruntime.ai/docs/api/js */
export interface OnnxRuntime {
  InferenceSession: { create(path: string, options: Record<string, unknown>): Promise<OnnxSession> }
  Tensor: new (type: string, data: unknown, dims: readonly number[]) => OnnxTensor
}

/** A model that is loaded. */
export interface OnnxSession {
  readonly outputNames: readonly string[]
  /** Since version 1.22. */
  readonly inputMetadata?: readonly OnnxInput[]
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>
  release(): Promise<void>
}

/** What a model wants to be given. */
export interface OnnxInput {
  name: string
  isTensor: boolean
  /** `float32`, `int64`, `string`… */
  type: string
  /** Numbers, or names (or nothing) where any number goes. */
  shape: readonly unknown[]
}

/** An array. */
export interface OnnxTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: unknown
}

/** The onnxruntime-node that a project (or a folder above it) has installed; null if there is none that loads. */
export function findOnnxRuntime(root: string): OnnxRuntime | null {
  try {
    const found = createRequire(join(root, 'package.json'))('onnxruntime-node') as Partial<OnnxRuntime>
    return found.InferenceSession !== undefined && found.Tensor !== undefined ? (found as OnnxRuntime) : null
  } catch {
    return null
  }
}
