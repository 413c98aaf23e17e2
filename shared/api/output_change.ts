import type { NotebookOutput } from '../notebook/output.ts'
import type { OutputChange } from './cell_methods.ts'

/**
 * What makes `next` of `before`; null if nothing does. Outputs that are the same objects are taken to be unchanged,
 * as the fold hands them out, and a stream that grew is told by what was added.
 */
export function outputChange(
  before: readonly NotebookOutput[],
  next: readonly NotebookOutput[],
): OutputChange | null {
  const set: [number, NotebookOutput][] = []
  const append: [number, string][] = []
  next.forEach((output, i) => {
    const old = before[i]
    if (old === output) return
    const added = addedText(old, output)
    if (added === null) set.push([i, output])
    else if (added !== '') append.push([i, added])
  })
  const isSame = set.length === 0 && append.length === 0 && next.length === before.length
  return isSame ? null : { length: next.length, set, append }
}

/** The outputs after a change. Those that did not change stay the same objects. */
export function applyOutputChange(
  before: readonly NotebookOutput[],
  { length, set, append }: OutputChange,
): NotebookOutput[] {
  const outputs = [...before]
  for (const [i, text] of append) {
    const stream = outputs[i]
    if (stream?.output_type === 'stream') outputs[i] = { ...stream, text: stream.text + text }
  }
  for (const [i, output] of set) outputs[i] = output
  outputs.length = length
  return outputs
}

/** What a stream says beyond what it said; null if it is another, or was overwritten. */
function addedText(old: NotebookOutput | undefined, output: NotebookOutput): string | null {
  if (old?.output_type !== 'stream' || output.output_type !== 'stream' || old.name !== output.name)
    return null
  return output.text.startsWith(old.text) ? output.text.slice(old.text.length) : null
}
