import assert from 'node:assert/strict'

/** Waits until something holds, and gives it; fails with its name if it does not come to hold. */
export async function soon<T>(
  what: string,
  look: () => T | false | Promise<T | false>,
  limitMs = 20_000,
): Promise<T> {
  const deadlineMs = Date.now() + limitMs
  for (;;) {
    const answer = await look()
    if (answer !== false && Boolean(answer)) return answer
    assert.ok(Date.now() < deadlineMs, `waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
