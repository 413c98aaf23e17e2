import { closeSync, openSync, writeSync } from 'node:fs'
import type { BrowserContext, FrameLocator, Page } from 'playwright-core'

/** Rows of the large file. */
export const largeRows = 2_000_000

/** How many rows are written at once. */
const rowsAtOnce = 20_000

/**
 * Writes a CSV of two million visits, the same at every time: a running number, a moment, a shop, an age of which
 * one in a hundred is missing, and an amount of which a few are -999.
 */
export function writeLargeCsv(path: string): void {
  const random = randomOf(20_241_125)
  const shops = ['north', 'south', 'east', 'west', 'harbour']
  const file = openSync(path, 'w')
  try {
    writeSync(file, 'visit,at,shop,age,amount\n')
    for (let from = 0; from < largeRows; from += rowsAtOnce) {
      const lines = Array.from({ length: rowsAtOnce }, (_, i) => {
        const at = new Date(1_600_000_000_000 + (from + i) * 30_000).toISOString().slice(0, 19)
        const shop = shops[Math.floor(random() * shops.length)] ?? ''
        const age = random() < 0.01 ? '' : String(18 + Math.floor(random() * 70))
        const amount = random() < 0.001 ? '-999' : (5 + random() * 95).toFixed(2)
        return `${from + i},${at},${shop},${age},${amount}\n`
      })
      writeSync(file, lines.join(''))
    }
  } finally {
    closeSync(file)
  }
}

/** Notes in each page and frame that opens from now on how long its thread was held at a time (above 50 ms). */
export async function noteHeldThreads(context: BrowserContext): Promise<void> {
  // As text: it runs in the browser, whose observer knows what Node's does not.
  await context.addInitScript(`{
    const held = (globalThis.heldMs = [])
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) held.push(duration)
    }).observe({ type: 'longtask', buffered: true })
  }`)
}

/** The longest time for which the thread of a page or frame was held, in ms; 0 where none was longer than 50. */
export function longestHeldMs(place: Page | FrameLocator): Promise<number> {
  return place
    .locator('body')
    .evaluate(() => Math.max(0, ...(globalThis as unknown as { heldMs: number[] }).heldMs))
}

function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
