/** How often a long step says that it still runs, where the output is no terminal. */
const sayEveryMs = 15_000

/**
 * Progress of something that takes a while, in numbered steps: `[2/4] Python packages: 63 of 148 … 34 s`.
 * On a terminal the line of the running step is rewritten; elsewhere (continuous integration) a line is
 * written at the begin, every quarter of a minute and at the end.
 *
 * @param {number} total how many steps there will be
 * @param {NodeJS.WriteStream} [out]
 */
export function startSteps(total, out = process.stdout) {
  let number = 0
  return {
    /**
     * Runs one step. `work` gets a function that says how far it is, and may return what to say at the end.
     * @param {string} title
     * @param {(tell: (detail: string) => void) => Promise<string | void> | string | void} work
     */
    async step(title, work) {
      number++
      const label = `[${number}/${total}] ${title}`
      const line = startLine(label, out)
      try {
        const outcome = await work(line.tell)
        line.end(outcome ?? 'done')
      } catch (error) {
        line.end('failed')
        throw error
      }
    },
  }
}

/**
 * One line that tells of one thing under way.
 * @param {string} label
 * @param {NodeJS.WriteStream} out
 */
function startLine(label, out) {
  const startedMs = Date.now()
  let detail = ''
  let saidMs = startedMs
  const render = () => `${label}${detail === '' ? '' : `: ${detail}`} … ${elapsed(startedMs)}`
  const show = () => {
    if (out.isTTY) {
      out.write(`\r\x1b[2K${render().slice(0, (out.columns ?? 80) - 1)}`)
    } else if (Date.now() - saidMs >= sayEveryMs) {
      saidMs = Date.now()
      out.write(`${render()}\n`)
    }
  }
  const timer = setInterval(show, 500)
  timer.unref()
  if (out.isTTY) out.write(label)
  return {
    /** @param {string} text */
    tell(text) {
      detail = text
      show()
    },
    /** @param {string} outcome */
    end(outcome) {
      clearInterval(timer)
      const took = Date.now() - startedMs >= 1000 ? ` (${elapsed(startedMs)})` : ''
      out.write(`${out.isTTY ? '\r\x1b[2K' : ''}${label}: ${outcome}${took}\n`)
    },
  }
}

/** @param {number} startedMs */
function elapsed(startedMs) {
  const seconds = Math.round((Date.now() - startedMs) / 1000)
  return seconds < 100 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
