import type { Socket } from 'node:net'
import { readNumbers, type FrameValues, type ModelInput } from './frame.ts'
import type { ModelOutput, OutputPart } from './model_output.ts'

/** A frame between gateway and worker: two lengths (32 bits, little-endian), a JSON text, raw bytes. */
export interface WorkerFrame {
  head: Record<string, unknown>
  body: Buffer
}

/** Calls back with every whole frame that a socket brings. */
export function readFrames(socket: Socket, onFrame: (frame: WorkerFrame) => void): void {
  let held: Buffer[] = []
  let size = 0
  socket.on('data', (chunk: Buffer) => {
    held.push(chunk)
    size += chunk.length
    for (;;) {
      if (size < 8) return
      if ((held[0]?.length ?? 0) < 8) held = [Buffer.concat(held)]
      const headBytes = held[0]?.readUInt32LE(0) ?? 0
      const bodyBytes = held[0]?.readUInt32LE(4) ?? 0
      const whole = 8 + headBytes + bodyBytes
      if (size < whole) return
      const all = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held)
      const rest = all.subarray(whole)
      held = rest.length > 0 ? [rest] : []
      size = rest.length
      const head = JSON.parse(all.toString('utf8', 8, 8 + headBytes)) as WorkerFrame['head']
      onFrame({ head, body: all.subarray(8 + headBytes, whole) })
    }
  })
}

/** Sends a frame, in one piece: each call to the system costs more than to copy it. */
export function writeFrame(socket: Socket, head: unknown, parts: readonly Uint8Array[] = []): void {
  const text = JSON.stringify(head)
  const headBytes = Buffer.byteLength(text)
  const bodyBytes = parts.reduce((sum, part) => sum + part.length, 0)
  const frame = Buffer.allocUnsafe(8 + headBytes + bodyBytes)
  frame.writeUInt32LE(headBytes, 0)
  frame.writeUInt32LE(bodyBytes, 4)
  frame.write(text, 8)
  let at = 8 + headBytes
  for (const part of parts) {
    frame.set(part, at)
    at += part.length
  }
  socket.write(frame)
}

/** An input as what a worker is told of it, and its bytes. */
export function packInput(input: ModelInput): { form: string; parts: unknown[]; bytes: Uint8Array[] } {
  const parts: unknown[] = []
  const bytes: Uint8Array[] = []
  if (input.kind === 'frame') {
    for (const { name, type, values } of input.columns) {
      const [dtype, data] = packValues(values)
      parts.push({ name, type, dtype, shape: [input.rows], bytes: data.length })
      bytes.push(data)
    }
    return { form: 'frame', parts, bytes }
  }
  for (const { name, dtype, shape, data } of input.tensors) {
    const raw = data instanceof Uint8Array ? data : Buffer.from(JSON.stringify(data))
    parts.push({ name, dtype: data instanceof Uint8Array ? dtype : 'json', shape, bytes: raw.length })
    bytes.push(raw)
  }
  const single = input.tensors.length === 1 && input.tensors[0]?.name === null
  return { form: single ? 'array' : 'arrays', parts, bytes }
}

/** What a worker answered. */
export function unpackOutput({ head, body }: WorkerFrame): ModelOutput {
  let at = 0
  const take = (part: RawPart): OutputPart => {
    const bytes = body.subarray(at, at + part.bytes)
    at += part.bytes
    const { name, dtype, shape } = part
    const values =
      dtype === 'json'
        ? (JSON.parse(bytes.toString('utf8')) as unknown[])
        : readNumbers(dtype, new Uint8Array(bytes).buffer)
    return { name, dtype, shape, values }
  }
  const parts = (head['parts'] as RawPart[]).map(take)
  const chances = head['chances'] === undefined ? null : take(head['chances'] as RawPart)
  return { form: head['form'] as ModelOutput['form'], parts, chances, computeMs: Number(head['ms']) }
}

interface RawPart {
  name: string
  dtype: string
  shape: number[]
  bytes: number
}

function packValues(values: FrameValues): [string, Uint8Array] {
  if (values instanceof Float64Array) return ['<f8', bytesOf(values)]
  if (values instanceof BigInt64Array) return ['<i8', bytesOf(values)]
  if (values instanceof Uint8Array) return ['|u1', values]
  return ['json', Buffer.from(JSON.stringify(values))]
}

function bytesOf(values: Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
