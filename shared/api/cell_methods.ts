import { z } from 'zod'
import type { KernelInfo } from '../kernel/kernel.ts'
import type { MimeBundle, NotebookOutput } from '../notebook/output.ts'
import { method } from './method.ts'

/** What a cell that runs asks its user. */
export interface CellInput {
  prompt: string
  /** Whether the answer must not be shown. */
  password: boolean
}

/** One output of a cell, as nbformat has it. */
export type CellOutput = NotebookOutput

/** One execution of a cell, without its outputs. */
export interface CellExecution {
  /** The msg_id of its request. */
  id: string
  notebook: string
  /** Which cell, in the editor's words: the id that the file gives it, where the format has ids. */
  cell: string
  kernelId: string
  state: 'queued' | 'running' | 'ended'
  /** When the kernel began with it; null if it has not, or never did. */
  startedAtMs: number | null
  endedAtMs: number | null
  executionCount: number | null
  /** Null while it has not ended, and if it was taken off the queue. */
  success: boolean | null
  /** What it waits for; null if it does not wait. */
  input: CellInput | null
  /** Grows with every change, outputs included: it names what an editor has applied. */
  revision: number
}

/**
 * What is told about a notebook's cells. Every subscription begins with `whole` for each execution that runs or whose
 * outputs no editor has saved yet, then `ready`; what comes after refers to what was told before.
 */
export type CellNews =
  | { kind: 'whole'; execution: CellExecution; outputs: readonly NotebookOutput[] }
  | ({ kind: 'change'; execution: CellExecution } & OutputChange)
  | { kind: 'ready' }
  /** The kernel died by itself, was restarted, or was stopped; what was defined in it is gone. */
  | { kind: 'kernel'; kernelId: string; state: 'dead' | 'restarted' | 'stopped'; reason: string | null }

/** How the outputs of an execution changed: first `append` and `set`, then what is beyond `length` goes. */
export interface OutputChange {
  /** How many outputs there are now. */
  length: number
  /** Outputs that are new or other than before, by their place. */
  set: readonly (readonly [number, NotebookOutput])[]
  /** Text that was added to the end of a stream. */
  append: readonly (readonly [number, string])[]
}

/** Which kernel belongs to a notebook. */
export interface NotebookKernel {
  /** Name of the kernel chosen last, as `kernels.find` gives it; null if none was. */
  name: string | null
  /** The one that runs for it; null for none. */
  kernel: KernelInfo | null
}

/** What a kernel proposes at a place in the code. Places are UTF-16 offsets. */
export interface Completion {
  matches: readonly { text: string; type: string | null; signature: string | null }[]
  /** What a match replaces. */
  start: number
  end: number
}

/** One variable of a kernel. */
export interface KernelVariable {
  name: string
  /** `DataFrame`, `ndarray`, `int`… */
  type: string
  /** `48,842 × 15`, `3 items`; null where that has no meaning. */
  shape: string | null
  sizeBytes: number | null
  preview: string
}

/** The variables of a kernel, by name. */
export interface VariableList {
  /** `busy`: the kernel could not answer in time; `unsupported`: it is no Python with our module. */
  state: 'ready' | 'busy' | 'unsupported' | 'none'
  variables: readonly KernelVariable[]
  /** How many are not listed. */
  more: number
}

const notebook = z.string().min(1)
const nothing = <Params extends z.ZodType>(params: Params) => method(params)<Record<string, never>>()

/** About the cells of a notebook that an editor shows. A notebook is named by its path, or by an address if it has none. */
export const cellMethods = {
  'cells.kernel': method(z.object({ notebook }))<NotebookKernel>(),
  /** Gives the notebook a kernel: the running one of this id or name, else a new one. It is remembered. */
  'cells.start': method(
    z.object({
      notebook,
      /** As `kernels.find` names it; null: what was chosen last, else what the notebook says, else the best. */
      name: z.string().nullable().default(null),
      /** A kernel that runs, to be shared. */
      kernelId: z.string().nullable().default(null),
      kernelspec: z
        .object({ name: z.string().nullable(), language: z.string().nullable() })
        .default({ name: null, language: null }),
    }),
  )<KernelInfo>(),
  /** Puts cells into the notebook's queue. One that fails takes those behind it off. */
  'cells.execute': method(
    z.object({
      notebook,
      cells: z
        .array(z.object({ cell: z.string(), code: z.string() }))
        .min(1)
        .max(10_000),
    }),
  )<{ executions: string[] }>(),
  /** Takes executions off the queue; those that have begun go on. */
  'cells.cancel': nothing(z.object({ notebook, executions: z.array(z.string()) })),
  /** Interrupts what runs and empties the queue. */
  'cells.interrupt': nothing(z.object({ notebook })),
  'cells.restart': method(z.object({ notebook }))<KernelInfo>(),
  'cells.stop': nothing(z.object({ notebook })),
  /** Answers `input()` or `getpass()`. The answer is written down nowhere. */
  'cells.answer': nothing(z.object({ notebook, execution: z.string(), value: z.string() })),
  'cells.complete': method(
    z.object({ notebook, code: z.string(), cursor: z.number().int().nonnegative() }),
  )<Completion>(),
  /** What the kernel knows about the thing at a place: text with terminal colours, HTML. Empty if nothing. */
  'cells.inspect': method(
    z.object({ notebook, code: z.string(), cursor: z.number().int().nonnegative() }),
  )<MimeBundle>(),
  'cells.variables': method(z.object({ notebook }))<VariableList>(),
  /** The editor shows these outputs now. */
  'cells.applied': nothing(
    z.object({ notebook, executions: z.array(z.object({ id: z.string(), revision: z.number() })) }),
  ),
  /** What was applied is saved, or the user wants it no more: it is not told again. Null: all of the notebook. */
  'cells.confirm': nothing(z.object({ notebook, executions: z.array(z.string()).nullable().default(null) })),
  /** The notebook has another name from now on. */
  'cells.rename': nothing(z.object({ notebook, to: z.string().min(1) })),
}
