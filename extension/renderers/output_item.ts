/** An output as VS Code hands it to a renderer; as much of it as ours look at. */
export interface OutputItem {
  readonly id: string
  readonly mime: string
  json(): unknown
}

/** What VS Code gives a renderer when it loads it. */
export interface RendererContext {
  /** Only where the manifest asks for messaging. */
  postMessage?(message: unknown): void
  onDidReceiveMessage?(listener: (message: unknown) => void): unknown
}

/** What a renderer hands back to VS Code. */
export interface Renderer {
  renderOutputItem(item: OutputItem, element: HTMLElement, signal: AbortSignal): Promise<void> | void
  /** Without an id: all of them. */
  disposeOutputItem(id?: string): void
}

/** One output on the page. */
export interface Shown {
  dispose(): void
}

/**
 * Makes a renderer of a function that shows one output. What cannot be shown is left to the next renderer, which
 * shows another form of the output (its text at the least), below one sentence that says why.
 * @param draw shows the output; throws an Error whose message is that sentence
 */
export function makeRenderer(
  draw: (item: OutputItem, element: HTMLElement, signal: AbortSignal) => Promise<Shown>,
): Renderer {
  const shown = new Map<string, Shown>()

  function dispose(id?: string): void {
    for (const [one, { dispose: end }] of shown) {
      if (id !== undefined && id !== one) continue
      shown.delete(one)
      end()
    }
  }

  return {
    disposeOutputItem: dispose,
    async renderOutputItem(item, element, signal) {
      dispose(item.id)
      element.replaceChildren()
      try {
        const drawn = await draw(item, element, signal)
        if (signal.aborted) drawn.dispose()
        else shown.set(item.id, drawn)
      } catch (error) {
        if (signal.aborted) return
        element.replaceChildren()
        shown.set(item.id, say(element, error instanceof Error ? error.message : String(error)))
        throw leaveToNext()
      }
    },
  }
}

/** Puts a sentence above an output, and keeps it there when the next renderer makes the element its own. */
function say(element: HTMLElement, sentence: string): Shown {
  const note = document.createElement('div')
  note.textContent = sentence
  note.setAttribute('role', 'note')
  note.style.cssText =
    'padding: 4px 8px; margin-bottom: 4px; font-size: 0.9em; white-space: pre-wrap; max-height: 6em; overflow: auto;' +
    'color: var(--vscode-descriptionForeground); border-left: 2px solid var(--vscode-editorWarning-foreground)'
  element.prepend(note)
  const observer = new MutationObserver(() => {
    if (element.firstChild !== note) element.prepend(note)
  })
  observer.observe(element, { childList: true })
  return {
    dispose() {
      observer.disconnect()
      note.remove()
    },
  }
}

/** What VS Code takes as: try the next renderer. */
function leaveToNext(): Error {
  const error = new Error('shown by another renderer')
  error.name = 'vscode.fallbackToNextRenderer'
  return error
}
