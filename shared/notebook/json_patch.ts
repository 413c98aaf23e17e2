import { indentAt, namesAreSorted, styleOfObject, wrap, writeString } from './json_style.ts'
import type { JsonStyle } from './json_style.ts'
import { memberOf } from './json_text.ts'
import type { JsonNode } from './json_text.ts'

/** One change of a text: `length` units at `offset` give way to `insert`. */
export interface TextPatch {
  readonly offset: number
  readonly length: number
  readonly insert: string
}

/** The text with all patches applied. They may come in any order, but must not overlap. */
export function applyPatches(text: string, patches: readonly TextPatch[]): string {
  const parts: string[] = []
  let at = 0
  for (const patch of patches.toSorted((a, b) => a.offset - b.offset)) {
    if (patch.offset < at) throw new RangeError('Cannot apply patches that overlap')
    parts.push(text.slice(at, patch.offset), patch.insert)
    at = patch.offset + patch.length
  }
  parts.push(text.slice(at))
  return parts.join('')
}

/** A text and the layout of what is written into it. */
export interface Paper {
  readonly text: string
  readonly style: JsonStyle
}

/** Writes a value that begins on a line of the given indentation. */
export type WriteValue = (style: JsonStyle, indent: string) => string

/** Sets a member of an object: the one that counts is replaced, else it is added where the order of names puts it. */
export function setMember(paper: Paper, object: JsonNode, name: string, write: WriteValue): TextPatch {
  const { text } = paper
  const style = styleOfObject(text, object, paper.style)
  const old = memberOf(object, name)?.value
  if (old !== undefined) {
    const indent = indentAt(text, old.start)
    return { offset: old.start, length: old.end - old.start, insert: write(style, indent) }
  }
  const members = object.members ?? []
  const indent = indentAt(text, object.start)
  const entry = writeString(name, style) + style.colon + write(style, indent + style.unit)
  const last = members.at(-1)
  if (last === undefined) {
    const insert = wrap([entry], '{}', style, indent)
    return { offset: object.start, length: object.end - object.start, insert }
  }
  const separator = style.eol === '' ? style.comma : `,${style.eol}${indent}${style.unit}`
  const next = namesAreSorted(object) ? members.find((member) => member.name > name) : undefined
  if (next !== undefined) return { offset: next.start, length: 0, insert: entry + separator }
  return { offset: last.value.end, length: 0, insert: separator + entry }
}

/** Removes a member of an object with one comma beside it; null if there is none of that name. */
export function removeMember(object: JsonNode, name: string): TextPatch | null {
  const members = object.members ?? []
  const index = members.findLastIndex((member) => member.name === name)
  const parts = members.map((member) => ({ start: member.start, end: member.value.end }))
  return index === -1 ? null : removePart(object, parts, index)
}

/** Inserts an item into an array, so that it gets the given index. */
export function insertItem(paper: Paper, array: JsonNode, index: number, write: WriteValue): TextPatch {
  const { text, style } = paper
  const items = array.items ?? []
  const neighbour = items[Math.min(index, items.length - 1)]
  if (neighbour === undefined) {
    const indent = indentAt(text, array.start)
    const insert = wrap([write(style, indent + style.unit)], '[]', style, indent)
    return { offset: array.start, length: array.end - array.start, insert }
  }
  const indent = indentAt(text, neighbour.start)
  const separator = style.eol === '' ? style.comma : `,${style.eol}${indent}`
  if (index < items.length) {
    return { offset: neighbour.start, length: 0, insert: write(style, indent) + separator }
  }
  return { offset: neighbour.end, length: 0, insert: separator + write(style, indent) }
}

/** Removes an item of an array with one comma beside it. */
export function removeItem(array: JsonNode, index: number): TextPatch {
  return removePart(array, array.items ?? [], index)
}

function removePart(
  container: JsonNode,
  parts: readonly { start: number; end: number }[],
  index: number,
): TextPatch {
  const part = parts[index]
  if (part === undefined) throw new RangeError(`Cannot remove part ${index} as there are ${parts.length}`)
  const next = parts[index + 1]
  const previous = parts[index - 1]
  let [start, end] = [container.start + 1, container.end - 1]
  if (next !== undefined) [start, end] = [part.start, next.start]
  else if (previous !== undefined) [start, end] = [previous.end, part.end]
  return { offset: start, length: end - start, insert: '' }
}
