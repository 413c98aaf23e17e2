import { readBundle, readOutput } from '../notebook/output.ts'
import type { MimeBundle, NotebookOutput } from '../notebook/output.ts'
import { TerminalText } from './terminal_text.ts'

/** The outputs of one execution (or of one Output widget) while they come. */
export class OutputList {
  /** Which execution it belongs to; null for a widget. */
  owner: string | null
  readonly #limitBytes: number
  #entries: Entry[] = []
  readonly #displays = new Map<string, Display>()
  #sizeBytes = 0
  #clearBeforeNext = false
  #dropped = 0
  /** Why what comes is not kept; null while it is. */
  #cut: { says: string; lasts: boolean } | null = null
  #made: readonly NotebookOutput[] | null = null

  /** @param limitBytes characters kept before the outputs are cut */
  constructor(owner: string | null, limitBytes: number) {
    this.owner = owner
    this.#limitBytes = limitBytes
  }

  /** The outputs as nbformat has them. The same array until something changes; in it the same object for what did not. */
  get outputs(): readonly NotebookOutput[] {
    this.#made ??= this.#entries.map((entry) => this.#make(entry))
    return this.#made
  }

  /** Whether something was not kept. */
  get isCut(): boolean {
    return this.#cut !== null
  }

  /** Adds to a stream: to the last output if that is the same stream, else as a new one. */
  addStream(name: string, text: string): void {
    this.#begin()
    if (this.#cut !== null) return this.#drop()
    const last = this.#entries.at(-1)
    const entry = last?.kind === 'stream' && last.name === name ? last : this.#openStream(name)
    const before = entry.text.length
    const room = this.#limitBytes - this.#sizeBytes
    entry.made = null
    entry.text.append(text.length > room ? text.slice(0, Math.max(0, room)) : text)
    this.#sizeBytes += entry.text.length - before
    if (text.length <= room) return
    this.cut(sayLimit(this.#limitBytes))
    this.#drop()
  }

  /** Adds an output that stands for itself. Errors are kept whatever the limit. */
  add(output: NotebookOutput, displayId: string | null): void {
    this.#begin()
    const kept = output.output_type === 'error' ? clipError(output) : output
    const sizeBytes = sizeOf(kept)
    const isError = output.output_type === 'error'
    if (!isError && this.#cut === null && this.#sizeBytes + sizeBytes > this.#limitBytes) {
      this.cut(sayLimit(this.#limitBytes))
    }
    if (!isError && this.#cut !== null) return this.#drop()
    this.#sizeBytes += sizeBytes
    const display = displayId === null ? null : this.#displayOf(displayId, kept, sizeBytes)
    this.#entries.push({ kind: 'fixed', output: kept, display, made: null })
  }

  /** Gives all outputs with that display_id another content. @returns whether there was one */
  update(displayId: string, content: Readonly<Record<string, unknown>>): boolean {
    const display = this.#displays.get(displayId)
    if (display === undefined) return false
    const shown = { data: readBundle(content['data']), metadata: asObject(content['metadata']) }
    const sizeBytes = sizeOf({ output_type: 'display_data', ...shown })
    const grown = this.#sizeBytes + (sizeBytes - display.sizeBytes) * display.count
    if (grown > this.#limitBytes && sizeBytes > display.sizeBytes) {
      this.cut(sayLimit(this.#limitBytes))
      this.#drop()
    } else {
      Object.assign(display, { shown, sizeBytes })
      for (const entry of this.#entries)
        if (entry.kind === 'fixed' && entry.display === display) entry.made = null
      this.#sizeBytes = grown
      this.#made = null
    }
    return true
  }

  /** Takes everything away: at once, or just before the next output comes. */
  clear(wait: boolean): void {
    if (wait) this.#clearBeforeNext = true
    else this.#empty()
  }

  /** Puts a word of ours among the outputs. */
  note(says: string): void {
    this.#entries.push({ kind: 'note', says })
    this.#made = null
  }

  /** What comes from now on is not kept, and that is said. `lasts`: even after the outputs are cleared. */
  cut(says: string, lasts = false): void {
    if (this.#cut !== null && (this.#cut.lasts || !lasts)) return
    if (this.#cut !== null) this.#entries = this.#entries.filter((entry) => entry.kind !== 'cut')
    this.#cut = { says, lasts }
    this.#entries.push({ kind: 'cut' })
    this.#made = null
  }

  /** The display_ids it shows. */
  displayIds(): IterableIterator<string> {
    return this.#displays.keys()
  }

  /** Puts other outputs in place of all. */
  replace(outputs: readonly NotebookOutput[]): void {
    this.#empty()
    for (const output of outputs) this.add(output, null)
  }

  #begin(): void {
    if (this.#clearBeforeNext) this.#empty()
    this.#made = null
  }

  #drop(): void {
    this.#dropped++
    this.#made = null
  }

  #empty(): void {
    this.#clearBeforeNext = false
    this.#entries = []
    this.#displays.clear()
    this.#sizeBytes = 0
    this.#made = null
    this.#dropped = 0
    const { says, lasts } = this.#cut ?? { says: '', lasts: false }
    this.#cut = null
    if (lasts) this.cut(says, true)
  }

  #displayOf(displayId: string, output: NotebookOutput, sizeBytes: number): Display {
    const display = this.#displays.get(displayId) ?? { shown: {}, sizeBytes, count: 0 }
    this.#displays.set(displayId, display)
    if ('data' in output && display.count === 0) {
      display.shown = { data: output.data, metadata: output.metadata }
    }
    display.count++
    return display
  }

  #openStream(name: string): StreamEntry {
    const entry: StreamEntry = { kind: 'stream', name, text: new TerminalText(), made: null }
    this.#entries.push(entry)
    this.#sizeBytes += entryBytes
    return entry
  }

  #make(entry: Entry): NotebookOutput {
    if (entry.kind === 'stream')
      return (entry.made ??= { output_type: 'stream', name: entry.name, text: entry.text.text })
    if (entry.kind === 'fixed') return (entry.made ??= { ...entry.output, ...entry.display?.shown })
    if (entry.kind === 'note') return ourWord(entry.says)
    const messages = this.#dropped === 1 ? '1 message' : `${this.#dropped.toLocaleString('en')} messages`
    return ourWord(`${this.#cut?.says ?? ''}${this.#dropped > 0 ? `; ${messages} after it not kept` : ''}`)
  }
}

interface StreamEntry {
  kind: 'stream'
  name: string
  text: TerminalText
  made: NotebookOutput | null
}

interface FixedEntry {
  kind: 'fixed'
  output: NotebookOutput
  /** What it shows instead, for one with a display_id. */
  display: Display | null
  made: NotebookOutput | null
}

/** What all outputs of one display_id show: one update changes them all. */
interface Display {
  shown: { data?: MimeBundle; metadata?: Readonly<Record<string, unknown>> }
  sizeBytes: number
  count: number
}

type Entry = StreamEntry | FixedEntry | { kind: 'note'; says: string } | { kind: 'cut' }

/** What an output costs beside its text, so that a million empty ones are bounded too. */
const entryBytes = 100

/** An error's lines beyond this many characters are left out. */
const maxErrorBytes = 200_000

function ourWord(says: string): NotebookOutput {
  return { output_type: 'stream', name: 'stderr', text: `[Daybook: ${says}]\n` }
}

function sayLimit(limitBytes: number): string {
  const size = limitBytes >= 1e6 ? `${limitBytes / 1e6} MB` : `${limitBytes.toLocaleString('en')} characters`
  return `output cut here, as it is over ${size}`
}

function sizeOf(output: NotebookOutput): number {
  if (output.output_type === 'stream') return entryBytes + output.text.length
  if (output.output_type === 'error') {
    const lines = output.traceback.reduce((sum, line) => sum + line.length, 0)
    return entryBytes + output.evalue.length + lines
  }
  const renderings = Object.values(output.data).map((value) =>
    typeof value === 'string' ? value.length : JSON.stringify(value).length,
  )
  return entryBytes + renderings.reduce((sum, length) => sum + length, 0)
}

function clipError(output: NotebookOutput): NotebookOutput {
  if (output.output_type !== 'error' || sizeOf(output) <= maxErrorBytes) return output
  const traceback: string[] = []
  let room = maxErrorBytes
  for (const line of output.traceback) {
    if (room <= 0) break
    traceback.push(line.slice(0, room))
    room -= line.length
  }
  if (room <= 0) traceback.push('[Daybook: traceback cut here]')
  return { ...output, evalue: output.evalue.slice(0, maxErrorBytes / 10), traceback }
}

/** The output that a message stands for, or null for one that is no output. */
export function outputOf(type: string, content: Readonly<Record<string, unknown>>): NotebookOutput | null {
  if (type === 'display_data' || type === 'execute_result' || type === 'error') {
    return readOutput({ ...content, output_type: type })
  }
  return null
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
