/** A second thread of the kernel that answers while a cell runs (JEP 91), made when first needed. */
export interface Subshell {
  /** Its id, or undefined if the kernel makes none. */
  get(): Promise<string | undefined>
  /** The kernel that had it is gone. */
  forget(): void
  /** Ends it. */
  close(): void
}

/** Asks the kernel's control channel. */
export type AskControl = (type: string, content: Record<string, unknown>) => Promise<Record<string, unknown>>

/** Prepares for a subshell without making one. */
export function openSubshell(ask: AskControl): Subshell {
  let made: Promise<string | undefined> | null = null
  let known: string | undefined

  async function make(): Promise<string | undefined> {
    try {
      const reply = await ask('create_subshell_request', {})
      if (typeof reply['subshell_id'] === 'string') known = reply['subshell_id']
    } catch {
      // No answer: an older kernel, or one whose control channel is stuck. The main shell will do.
    }
    return known
  }

  function forget(): void {
    made = null
    known = undefined
  }

  return {
    get: () => (made ??= make()),
    forget,
    close() {
      if (known !== undefined) ask('delete_subshell_request', { subshell_id: known }).catch(() => undefined)
      forget()
    },
  }
}
