/** Several renderings of one thing by MIME type. Text as one string; JSON types as their value. */
export type MimeBundle = Readonly<Record<string, unknown>>

/** What a cell printed to one stream without anything between. */
export interface StreamOutput {
  readonly output_type: 'stream'
  readonly name: string
  readonly text: string
}

/** What a cell showed. */
export interface DisplayOutput {
  readonly output_type: 'display_data'
  readonly data: MimeBundle
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The value of a cell's last expression. */
export interface ResultOutput {
  readonly output_type: 'execute_result'
  readonly execution_count: number | null
  readonly data: MimeBundle
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Why a cell failed. */
export interface ErrorOutput {
  readonly output_type: 'error'
  readonly ename: string
  readonly evalue: string
  /** Lines with terminal colours in them. */
  readonly traceback: readonly string[]
}

/** One output of a code cell, as nbformat has it, with multi-line text in one string. */
export type NotebookOutput = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput

/** The kinds of output that nbformat 4 knows. */
export const outputTypes: readonly string[] = ['stream', 'display_data', 'execute_result', 'error']

/** An output as it stands in a file, made whole: lines joined, what is missing empty. */
export function readOutput(value: unknown): NotebookOutput {
  const raw = asObject(value)
  switch (raw['output_type']) {
    case 'stream':
      return { output_type: 'stream', name: asText(raw['name'] ?? 'stdout'), text: joinLines(raw['text']) }
    case 'execute_result': {
      const count = raw['execution_count']
      return {
        output_type: 'execute_result',
        execution_count: typeof count === 'number' ? count : null,
        data: readBundle(raw['data']),
        metadata: asObject(raw['metadata']),
      }
    }
    case 'error':
      return {
        output_type: 'error',
        ename: asText(raw['ename']),
        evalue: asText(raw['evalue']),
        traceback: Array.isArray(raw['traceback']) ? raw['traceback'].map(asText) : [],
      }
    default:
      return {
        output_type: 'display_data',
        data: readBundle(raw['data']),
        metadata: asObject(raw['metadata']),
      }
  }
}

/**
 * A MIME bundle as nbformat wants it: JSON types as they are, lines of the others joined, and any other value
 * of those as JSON text.
 */
export function readBundle(value: unknown): MimeBundle {
  const entries = Object.entries(asObject(value)).filter(([, rendering]) => rendering !== undefined)
  return Object.fromEntries(
    entries.map(([mime, rendering]) => [mime, isJsonMime(mime) ? rendering : joinLines(rendering)]),
  )
}

/** An output as it is written to a file. `inLines`: multi-line text as an array of lines. */
export function fileOutput(output: NotebookOutput, inLines: boolean): Record<string, unknown> {
  if (output.output_type === 'stream') {
    return { ...output, text: inLines ? splitLines(output.text) : output.text }
  }
  if (output.output_type === 'error' || !inLines) return { ...output }
  const data = Object.entries(output.data).map(([mime, rendering]) => [
    mime,
    typeof rendering === 'string' && isSplit(mime) ? splitLines(rendering) : rendering,
  ])
  return { ...output, data: Object.fromEntries(data) as Record<string, unknown> }
}

/**
 * The lines of a text, each with its end. Cuts where Python's `str.splitlines` cuts, as nbformat does it:
 * also at form feeds, separators and the line ends of Unicode.
 */
export function splitLines(text: string): string[] {
  return text.match(lines) ?? []
}

const lines =
  /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/g

/** A multi-line string of a file: a string, or an array of strings to be joined. */
export function joinLines(value: unknown): string {
  return Array.isArray(value) ? value.map(asText).join('') : asText(value)
}

/** Whether the renderings of a MIME type are JSON values rather than text. */
export function isJsonMime(mime: string): boolean {
  return mime === 'application/json' || (mime.startsWith('application/') && mime.endsWith('+json'))
}

function isSplit(mime: string): boolean {
  return mime.startsWith('text/') || mime === 'application/javascript' || mime === 'image/svg+xml'
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
