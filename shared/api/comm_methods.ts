import { z } from 'zod'
import type { NotebookOutput } from '../notebook/output.ts'
import { method } from './method.ts'

/** State of a widget, as its kernel and its views share it; bytes stand beside it. */
export type WidgetState = Readonly<Record<string, unknown>>

/** Bytes that belong into a state: where, and base64. */
export interface WidgetBytes {
  path: readonly (string | number)[]
  base64: string
}

/**
 * What is told about the widgets of a notebook's kernel. It begins with `begin`, then `opened` with the present
 * state of each widget, then `ready`; what comes after changes that. `begin` again: the kernel is another process.
 */
export type CommNews =
  | { kind: 'begin' }
  | { kind: 'ready' }
  | { kind: 'opened'; comm: string; state: WidgetState; bytes: readonly WidgetBytes[] }
  /** `data` as the widgets' protocol has it. `parent`: the message of a view that it answers. */
  | {
      kind: 'message'
      comm: string
      data: WidgetState
      buffers: readonly string[]
      parent: string | null
    }
  | { kind: 'closed'; comm: string }
  /** The kernel has done all that this message of a view made it do. */
  | { kind: 'handled'; message: string }
  /** What an Output widget caught. */
  | { kind: 'outputs'; comm: string; outputs: readonly NotebookOutput[] }

/** About the widgets that a notebook shows. */
export const commMethods = {
  /** A view of a widget says something to the kernel. */
  'comms.send': method(
    z.object({
      notebook: z.string().min(1),
      /** Id of the message, by which answers name it. */
      message: z.string().min(1).max(64),
      type: z.enum(['comm_open', 'comm_msg', 'comm_close']),
      comm: z.string().min(1),
      data: z.record(z.string(), z.unknown()).default({}),
      metadata: z.record(z.string(), z.unknown()).default({}),
      /** base64 */
      buffers: z.array(z.string()).default([]),
    }),
  )<Record<string, never>>(),
}
