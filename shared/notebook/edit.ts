import { parseNotebook } from './document.ts'
import type { CellType, NotebookCell, NotebookDocument } from './document.ts'
import { applyPatches, insertItem, removeItem, removeMember, setMember } from './json_patch.ts'
import type { Paper, TextPatch } from './json_patch.ts'
import { styleOfObject, styleOfText, writeJson } from './json_style.ts'
import { memberOf, openNode } from './json_text.ts'
import type { JsonNode } from './json_text.ts'
import { fileOutput, splitLines } from './output.ts'
import type { NotebookOutput } from './output.ts'

/** A cell to be inserted. */
export interface NewCell {
  readonly type: CellType
  readonly source: string
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly outputs?: readonly NotebookOutput[]
  /** @default null */
  readonly executionCount?: number | null
}

/** What a code cell gave. */
export interface OutputsEdit {
  readonly kind: 'outputs'
  readonly cell: number
  readonly outputs: readonly NotebookOutput[]
  readonly executionCount: number | null
}

/** Another text in a cell. Its outputs stay. */
export interface SourceEdit {
  readonly kind: 'source'
  readonly cell: number
  readonly source: string
}

/** A new cell that gets the index `at`. */
export interface InsertEdit {
  readonly kind: 'insert'
  readonly at: number
  readonly cell: NewCell
}

/** A cell less. */
export interface DeleteEdit {
  readonly kind: 'delete'
  readonly cell: number
}

/** Another value in the metadata of a cell, or of the notebook. */
export interface MetadataEdit {
  readonly kind: 'metadata'
  /** null: the notebook's own metadata. */
  readonly cell: number | null
  /** Names from the outside in, at least one. Objects on the way are made. */
  readonly path: readonly string[]
  /** undefined removes it. */
  readonly value: unknown
}

/** One change of a notebook. `cell` and `at` count the cells as the changes before left them. */
export type NotebookEdit = OutputsEdit | SourceEdit | InsertEdit | DeleteEdit | MetadataEdit

/** Eight hexadecimal digits, as nbformat makes cell ids. */
export function randomCellId(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(4))]
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * The notebook with the changes made in its text: what they do not touch stays byte for byte the same, and a
 * change that changes nothing leaves the text as it is. Where nbformat has cell ids (4.5), a cell that is
 * changed and has none gets one.
 *
 * @param makeId a new cell id; asked again while it is taken
 * @throws RangeError if there is no such cell, or no name in a path
 * @throws TypeError for outputs of a cell that is not code
 */
export function editNotebook(
  document: NotebookDocument,
  edits: readonly NotebookEdit[],
  makeId: () => string = randomCellId,
): NotebookDocument {
  const freshId = unusedIds(document, makeId)
  let current = document
  let patches: TextPatch[] = []
  const touched = new Set<number>()
  const settle = () => {
    if (patches.length > 0) current = parseNotebook(applyPatches(current.text, patches), current.where)
    patches = []
    touched.clear()
  }
  for (const edit of edits) {
    // Changes inside different cells are made in one go; all else needs the places of the new text.
    const staysInCell = edit.kind === 'outputs' || edit.kind === 'source'
    if (!staysInCell || touched.has(edit.cell)) settle()
    patches.push(...patchesOf(sheetOf(current, freshId), edit))
    if (staysInCell) touched.add(edit.cell)
    else settle()
  }
  settle()
  return current
}

function unusedIds(document: NotebookDocument, makeId: () => string): () => string {
  const taken = new Set(document.cells.map((cell) => cell.id))
  return () => {
    let id = makeId()
    while (taken.has(id)) id = makeId()
    taken.add(id)
    return id
  }
}

/** A notebook about to be written on. */
interface Sheet extends Paper {
  readonly document: NotebookDocument
  /** The array of cells. */
  readonly cells: JsonNode
  readonly freshId: () => string
}

function sheetOf(document: NotebookDocument, freshId: () => string): Sheet {
  const cells = memberOf(document.json.root, 'cells')?.value ?? document.json.root
  return { document, text: document.text, style: styleOfText(document.text, document.json), cells, freshId }
}

function patchesOf(sheet: Sheet, edit: NotebookEdit): TextPatch[] {
  switch (edit.kind) {
    case 'outputs':
      return outputPatches(sheet, edit)
    case 'source':
      return sourcePatches(sheet, edit)
    case 'insert':
      return [insertPatch(sheet, edit)]
    case 'delete':
      return [removeItem(sheet.cells, cellAt(sheet, edit.cell).index)]
    case 'metadata':
      return metadataPatches(sheet, edit)
  }
}

function cellAt({ document }: Sheet, index: number): NotebookCell {
  const cell = document.cells[index]
  if (cell !== undefined) return cell
  throw new RangeError(`Cannot change cell ${index} as there are ${document.cells.length}`)
}

/** The patches, and one more for the id if the cell needs one. */
function withId(sheet: Sheet, cell: NotebookCell, patches: TextPatch[]): TextPatch[] {
  if (patches.length === 0 || cell.id !== null || sheet.document.minor < 5) return patches
  const id = sheet.freshId()
  return [...patches, setMember(sheet, cell.json, 'id', (style) => writeJson(id, style))]
}

function sourcePatches(sheet: Sheet, edit: SourceEdit): TextPatch[] {
  const cell = cellAt(sheet, edit.cell)
  if (cell.source === edit.source) return []
  const inLines = memberOf(cell.json, 'source')?.value.kind === 'array'
  const source = inLines ? splitLines(edit.source) : edit.source
  const patch = setMember(sheet, cell.json, 'source', (style, indent) => writeJson(source, style, indent))
  return withId(sheet, cell, [patch])
}

function outputPatches(sheet: Sheet, edit: OutputsEdit): TextPatch[] {
  const cell = cellAt(sheet, edit.cell)
  if (cell.type !== 'code')
    throw new TypeError(`Cannot set outputs of cell ${cell.index} as it is ${cell.type}`)
  const patches: TextPatch[] = []
  const isMissing = (name: string) => memberOf(cell.json, name) === undefined
  if (edit.executionCount !== cell.executionCount || isMissing('execution_count')) {
    patches.push(setMember(sheet, cell.json, 'execution_count', () => JSON.stringify(edit.executionCount)))
  }
  if (isMissing('outputs') || !isSame(edit.outputs, cell.outputs)) {
    const inLines = outputsInLines(sheet, cell)
    const outputs = edit.outputs.map((output) => fileOutput(output, inLines))
    patches.push(setMember(sheet, cell.json, 'outputs', (style, indent) => writeJson(outputs, style, indent)))
  }
  return withId(sheet, cell, patches)
}

function isSame(a: unknown, b: unknown): boolean {
  return writeJson(a, plain) === writeJson(b, plain)
}

const plain = { eol: '', unit: '', colon: ':', comma: ',', ascii: false } as const

function insertPatch(sheet: Sheet, edit: InsertEdit): TextPatch {
  const { cells } = sheet.document
  if (!Number.isInteger(edit.at) || edit.at < 0 || edit.at > cells.length) {
    throw new RangeError(`Cannot insert a cell at ${edit.at} as there are ${cells.length}`)
  }
  const neighbour = cells[Math.min(edit.at, cells.length - 1)]
  const inner = neighbour === undefined ? sheet.style : styleOfObject(sheet.text, neighbour.json, sheet.style)
  const value = fileCell(sheet, edit.cell)
  const paper: Paper = { text: sheet.text, style: styleOfItems(sheet) }
  return insertItem(paper, sheet.cells, edit.at, (_outer, indent) => writeJson(value, inner, indent))
}

/** How the cells stand beside each other: each on lines of its own, or all on one. */
function styleOfItems({ text, style, cells }: Sheet): Paper['style'] {
  const first = cells.items?.[0]
  const onLines = first === undefined ? style.eol !== '' : text.slice(cells.start, first.start).includes('\n')
  return onLines ? { ...style, eol: style.eol === '' ? '\n' : style.eol } : { ...style, eol: '' }
}

function fileCell(sheet: Sheet, cell: NewCell): Record<string, unknown> {
  const inLines = sourcesInLines(sheet)
  const value: Record<string, unknown> = {
    cell_type: cell.type,
    metadata: cell.metadata ?? {},
    source: inLines ? splitLines(cell.source) : cell.source,
  }
  if (sheet.document.minor >= 5) value['id'] = sheet.freshId()
  if (cell.type === 'code') {
    value['execution_count'] = cell.executionCount ?? null
    value['outputs'] = (cell.outputs ?? []).map((output) => fileOutput(output, inLines))
  }
  return value
}

function metadataPatches(sheet: Sheet, edit: MetadataEdit): TextPatch[] {
  if (edit.path.length === 0) throw new RangeError('Cannot set metadata without a name')
  const cell = edit.cell === null ? null : cellAt(sheet, edit.cell)
  const patch = metadataPatch(sheet, cell?.json ?? sheet.document.json.root, edit)
  if (patch === null) return []
  return cell === null ? [patch] : withId(sheet, cell, [patch])
}

function metadataPatch(sheet: Sheet, owner: JsonNode, { path, value }: MetadataEdit): TextPatch | null {
  const names = ['metadata', ...path]
  let node = owner
  let depth = 0
  for (; depth < names.length - 1; depth++) {
    const next = memberOf(node, names[depth] ?? '')?.value
    if (next?.kind !== 'object') break
    node = openNode(sheet.text, next)
  }
  const name = names[depth] ?? ''
  const inside = names.slice(depth + 1)
  if (value === undefined) return inside.length > 0 ? null : removeMember(node, name)
  const wanted = inside.reduceRight((inner, outer) => Object.fromEntries([[outer, inner]]), value)
  return setMember(sheet, node, name, (style, indent) => writeJson(wanted, style, indent))
}

/** Whether a cell's outputs are to have their text in lines: as its own have it, else those of the notebook. */
function outputsInLines(sheet: Sheet, cell: NotebookCell): boolean {
  for (const { json } of [cell, ...sheet.document.cells]) {
    for (const output of memberOf(json, 'outputs')?.value.items ?? []) {
      const inLines = outputInLines(sheet, output)
      if (inLines !== undefined) return inLines
    }
  }
  return sourcesInLines(sheet)
}

function outputInLines({ text }: Sheet, output: JsonNode): boolean | undefined {
  const stream = memberOf(output, 'text')?.value
  if (stream !== undefined) return stream.kind === 'array'
  const data = memberOf(output, 'data')?.value
  const rendering = data === undefined ? undefined : memberOf(openNode(text, data), 'text/plain')?.value
  return rendering === undefined ? undefined : rendering.kind === 'array'
}

function sourcesInLines({ document }: Sheet): boolean {
  const first = document.cells.find((cell) => cell.source !== '')
  return first === undefined || memberOf(first.json, 'source')?.value.kind === 'array'
}
