import type { JournalEntry, KernelConnection } from '../../kernel/kernel.ts'

/** Who reads a kernel's journal. */
export interface JournalReader {
  take(entry: JournalEntry): void
  /** All that was in the journal when it was opened has been taken. */
  caughtUp(): void
  /** The kernel was stopped. */
  ended(): void
}

/** Reads a journal from its beginning, and goes on with what comes. @returns once the past has been read */
export function readJournal(connection: KernelConnection, reader: JournalReader): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  let isPast = true
  const catchUp = (): void => {
    if (!isPast) return
    isPast = false
    reader.caughtUp()
    resolve(undefined)
  }
  connection.onEntry((entry) => {
    reader.take(entry)
    if (entry.seq >= connection.head) catchUp()
  })
  if (connection.head === 0) queueMicrotask(catchUp)
  connection.onClose(() => {
    reader.ended()
    catchUp()
  })
  return promise
}
