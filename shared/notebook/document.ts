import { Problem } from '../base/problem.ts'
import { JsonTextError, memberOf, placeOf, scanJson, valueOf } from './json_text.ts'
import type { JsonNode, JsonText } from './json_text.ts'
import { joinLines, outputTypes, readOutput } from './output.ts'
import type { NotebookOutput } from './output.ts'

/** A notebook as data, together with the very text it came from. Never changed: an edit makes a new one. */
export interface NotebookDocument {
  /** What it is called in messages: a path, mostly. */
  readonly where: string
  readonly text: string
  /** Minor version of nbformat 4. */
  readonly minor: number
  readonly metadata: Readonly<Record<string, unknown>>
  readonly cells: readonly NotebookCell[]
  /** What nbformat forbids and we read all the same. */
  readonly doubts: readonly NotebookDoubt[]
  /** Where everything stands in the text, five levels deep: down to the members of an output. */
  readonly json: JsonText
}

/** One cell. */
export interface NotebookCell {
  readonly index: number
  readonly id: string | null
  readonly type: CellType
  readonly source: string
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  /** null for a cell that did not run, and for cells that are not code. */
  readonly executionCount: number | null
  /** Made when first asked for: a file may hold 100 MB of them. */
  readonly outputs: readonly NotebookOutput[]
  /** Where the cell stands in the text. */
  readonly json: JsonNode
}

/** What a cell can be. */
export type CellType = 'code' | 'markdown' | 'raw'

/** Something against nbformat's rules that does no harm. */
export interface NotebookDoubt {
  /** null: the notebook itself. */
  readonly cell: number | null
  readonly path: string
  readonly says: string
}

/** The newest minor version of nbformat 4 whose rules are known. */
const newestMinor = 5

/** Levels of the text that get places: notebook, cells, cell, outputs, output. */
const depth = 5

/**
 * Reads a notebook of nbformat 4. Newer minor versions are read as far as they are known: a cell of a kind to
 * come counts as raw. Nothing is ever rewritten on reading.
 *
 * @param where what to call it in messages
 * @throws Problem `notebook_unsupported` for another major version; `notebook_invalid` for anything that is no
 *   notebook: with the place (line and column, cell and path) and the reason, in `details` too
 */
export function parseNotebook(text: string, where = 'the notebook'): NotebookDocument {
  const reader: Reader = { text, where, doubts: [], isNewer: false }
  const json = scanText(reader)
  const { root } = json
  const minor = readVersion(reader, root)
  reader.isNewer = minor > newestMinor
  const metadata = readMembers(reader, root, { cell: null, name: 'metadata' })
  const cellsNode = memberOf(root, 'cells')?.value
  if (cellsNode?.kind !== 'array') {
    return refuse(reader, { node: cellsNode ?? root, path: 'cells', reason: expected('an array', cellsNode) })
  }
  const cells = (cellsNode.items ?? []).map((node, index) => readCell(reader, node, index))
  doubtIds(reader, cells, minor)
  return { where, text, minor, metadata, cells, doubts: reader.doubts, json }
}

/** The language of a notebook in lower case (python, r, julia …), or null if it does not say. */
export function notebookLanguage(document: NotebookDocument): string | null {
  const kernelspec = document.metadata['kernelspec'] as { language?: unknown } | null | undefined
  const info = document.metadata['language_info'] as { name?: unknown } | null | undefined
  for (const name of [info?.name, kernelspec?.language]) {
    if (typeof name === 'string' && name !== '') return name.toLowerCase()
  }
  return null
}

interface Reader {
  readonly text: string
  readonly where: string
  readonly doubts: NotebookDoubt[]
  /** A minor version to come: it may have kinds of cells and outputs that nobody knows yet. */
  isNewer: boolean
}

interface Refusal {
  node: JsonNode
  path: string
  reason: string
  cell?: number
}

function refuse(reader: Reader, { node, path, reason, cell }: Refusal): never {
  const place = placeOf(reader.text, node.start)
  throw new Problem(
    'notebook_invalid',
    `Cannot read ${reader.where}: ${path} (line ${place.line}) must be ${reason}`,
    {
      hint: 'Open it in Jupyter and save it again, or restore it from a copy. Daybook leaves the file as it is.',
      details: { where: reader.where, path, cell: cell ?? null, ...place, reason: `must be ${reason}` },
    },
  )
}

function expected(what: string, found: JsonNode | undefined): string {
  return found === undefined ? `${what}; it is missing` : `${what}; it is ${nameKind(found)}`
}

function nameKind(node: JsonNode): string {
  if (node.kind === 'null') return 'null'
  return node.kind === 'object' || node.kind === 'array' ? `an ${node.kind}` : `a ${node.kind}`
}

function scanText(reader: Reader): JsonText {
  try {
    return scanJson(reader.text, depth)
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error
    const place = placeOf(reader.text, error.offset)
    throw new Problem(
      'notebook_invalid',
      `Cannot read ${reader.where}: line ${place.line}, column ${place.column}: ${error.message}`,
      {
        hint: hintFor(reader.text),
        details: { where: reader.where, ...place, reason: error.message },
        cause: error,
      },
    )
  }
}

/** What people meet where a notebook should be. */
function hintFor(text: string): string {
  const head = text.slice(0, 200).trimStart()
  if (head === '') return 'The file is empty: make a new notebook, or restore it from a copy.'
  if (/^(?:<{7}|={7}|>{7})/m.test(text))
    return 'It holds conflict marks of a merge: resolve them first (nbdime helps).'
  if (head.startsWith('version https://git-lfs'))
    return 'It is a pointer of git-lfs: fetch the content with "git lfs pull".'
  if (/^<(?:!doctype|html)/i.test(head)) return 'It is a web page: download the raw file instead.'
  return 'Repair the place named, or restore it from a copy. Daybook leaves the file as it is.'
}

function readVersion(reader: Reader, root: JsonNode): number {
  if (root.kind !== 'object')
    return refuse(reader, { node: root, path: 'the text', reason: expected('an object', root) })
  const major = readInteger(reader, root, 'nbformat')
  if (major !== 4) {
    throw new Problem(
      'notebook_unsupported',
      `Cannot read ${reader.where}: it is of nbformat ${major}, not 4`,
      {
        hint:
          major < 4
            ? 'Convert a copy with "jupyter nbconvert --to notebook --nbformat 4 FILE".'
            : 'It was written by a newer Jupyter: update Daybook, or save it there as nbformat 4.',
        details: { where: reader.where, nbformat: major, path: 'nbformat' },
      },
    )
  }
  return readInteger(reader, root, 'nbformat_minor')
}

function readInteger(reader: Reader, root: JsonNode, name: string): number {
  const node = memberOf(root, name)?.value
  const value = node?.kind === 'number' ? valueOf(reader.text, node) : undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  return refuse(reader, { node: node ?? root, path: name, reason: expected('a whole number', node) })
}

/** An object member by member; missing is a doubt, another kind is refused. */
function readMembers(
  reader: Reader,
  owner: JsonNode,
  { cell, name }: { cell: number | null; name: string },
): Record<string, unknown> {
  const node = memberOf(owner, name)?.value
  const path = cell === null ? name : `cells[${cell}].${name}`
  if (node === undefined) {
    reader.doubts.push({ cell, path, says: 'is missing' })
    return {}
  }
  if (node.kind === 'object') return valueOf(reader.text, node) as Record<string, unknown>
  return refuse(reader, {
    node,
    path,
    reason: expected('an object', node),
    ...(cell === null ? {} : { cell }),
  })
}

function readCell(reader: Reader, node: JsonNode, index: number): NotebookCell {
  const path = `cells[${index}]`
  if (node.kind !== 'object')
    return refuse(reader, { node, path, reason: expected('an object', node), cell: index })
  const type = readType(reader, node, index)
  const source = readSource(reader, node, index)
  const metadata = readMembers(reader, node, { cell: index, name: 'metadata' })
  const tags = readTags(reader, metadata, index)
  const id = readId(reader, node, index)
  const base = { index, id, type, source, tags, metadata, json: node }
  if (type !== 'code') return { ...base, executionCount: null, outputs: [] }
  const executionCount = readCount(reader, node, index)
  const outputNodes = checkOutputs(reader, node, index)
  let outputs: readonly NotebookOutput[] | undefined
  return {
    ...base,
    executionCount,
    get outputs() {
      outputs ??= outputNodes.map((output) => readOutput(valueOf(reader.text, output)))
      return outputs
    },
  }
}

function readType(reader: Reader, cell: JsonNode, index: number): CellType {
  const node = memberOf(cell, 'cell_type')?.value
  const value = node?.kind === 'string' ? valueOf(reader.text, node) : undefined
  if (value === 'code' || value === 'markdown' || value === 'raw') return value
  if (reader.isNewer && typeof value === 'string') {
    const says = `is ${JSON.stringify(value)}, which is not known: it is left as it is`
    reader.doubts.push({ cell: index, path: `cells[${index}].cell_type`, says })
    return 'raw'
  }
  const reason =
    typeof value === 'string'
      ? `"code", "markdown" or "raw"; it is ${JSON.stringify(value)}`
      : expected('"code", "markdown" or "raw"', node)
  return refuse(reader, { node: node ?? cell, path: `cells[${index}].cell_type`, reason, cell: index })
}

function readSource(reader: Reader, cell: JsonNode, index: number): string {
  const node = memberOf(cell, 'source')?.value
  const path = `cells[${index}].source`
  if (node?.kind === 'string') return valueOf(reader.text, node) as string
  if (node === undefined && reader.isNewer) return ''
  if (node?.kind !== 'array') {
    const reason = expected('a string or an array of strings', node)
    return refuse(reader, { node: node ?? cell, path, reason, cell: index })
  }
  const odd = node.items?.findIndex((item) => item.kind !== 'string') ?? -1
  const oddNode = node.items?.[odd]
  if (oddNode === undefined) return joinLines(valueOf(reader.text, node))
  return refuse(reader, {
    node: oddNode,
    path: `${path}[${odd}]`,
    reason: expected('a string', oddNode),
    cell: index,
  })
}

function readTags(reader: Reader, metadata: Record<string, unknown>, index: number): string[] {
  const tags = metadata['tags']
  if (tags === undefined) return []
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags
  reader.doubts.push({ cell: index, path: `cells[${index}].metadata.tags`, says: 'is no list of strings' })
  return []
}

function readId(reader: Reader, cell: JsonNode, index: number): string | null {
  const node = memberOf(cell, 'id')?.value
  if (node === undefined) return null
  if (node.kind === 'string') return valueOf(reader.text, node) as string
  return refuse(reader, { node, path: `cells[${index}].id`, reason: expected('a string', node), cell: index })
}

function readCount(reader: Reader, cell: JsonNode, index: number): number | null {
  const node = memberOf(cell, 'execution_count')?.value
  const path = `cells[${index}].execution_count`
  if (node === undefined) reader.doubts.push({ cell: index, path, says: 'is missing' })
  if (node === undefined || node.kind === 'null') return null
  const value = valueOf(reader.text, node)
  if (typeof value === 'number' && Number.isInteger(value)) return value
  return refuse(reader, { node, path, reason: expected('a whole number or null', node), cell: index })
}

function checkOutputs(reader: Reader, cell: JsonNode, index: number): readonly JsonNode[] {
  const node = memberOf(cell, 'outputs')?.value
  const path = `cells[${index}].outputs`
  if (node === undefined) {
    reader.doubts.push({ cell: index, path, says: 'is missing' })
    return []
  }
  if (node.kind !== 'array')
    return refuse(reader, { node, path, reason: expected('an array', node), cell: index })
  const items = node.items ?? []
  items.forEach((item, i) => checkOutput(reader, item, { cell: index, path: `${path}[${i}]` }))
  return items
}

function checkOutput(reader: Reader, node: JsonNode, { cell, path }: { cell: number; path: string }): void {
  if (node.kind !== 'object') return refuse(reader, { node, path, reason: expected('an object', node), cell })
  const type = memberOf(node, 'output_type')?.value
  const name = type?.kind === 'string' ? (valueOf(reader.text, type) as string) : null
  if (name !== null && (reader.isNewer || outputTypes.includes(name))) return
  const kinds = 'stream, display_data, execute_result or error'
  const reason = name === null ? expected(kinds, type) : `${kinds}; it is ${JSON.stringify(name)}`
  refuse(reader, { node: type ?? node, path: `${path}.output_type`, reason, cell })
}

function doubtIds(reader: Reader, cells: readonly NotebookCell[], minor: number): void {
  const seen = new Set<string>()
  for (const { id, index } of cells) {
    const path = `cells[${index}].id`
    if (id === null && minor >= 5) reader.doubts.push({ cell: index, path, says: 'is missing' })
    if (id !== null && seen.has(id))
      reader.doubts.push({ cell: index, path, says: 'is that of another cell' })
    if (id !== null) seen.add(id)
  }
}
