/** How long and how often it is asked whether something holds, in milliseconds. */
export interface Patience {
  everyMs?: number
  patienceMs?: number
}

/**
 * Waits until something holds.
 * @throws Error that names what did not come true, where a test's own time limit is longer than this
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { everyMs = 50, patienceMs = 115_000 }: Patience = {},
): Promise<void> {
  const deadlineMs = Date.now() + patienceMs
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`This did not come true: ${String(holds)}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
