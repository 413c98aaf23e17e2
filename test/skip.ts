/**
 * Skips the running test, or from a `before` hook all tests of its suite, for something that this machine
 * lacks. The reason stands in the summary of `npm test`: say what is missing and how to get it.
 */
export function skip(context: Mocha.Context, reason: string): never {
  const test = context.test as (Mocha.Runnable & { type?: string }) | undefined
  // In a hook, `test` is the hook itself: the reason then counts for the suite around it.
  const bearer = (test?.type === 'hook' ? test.parent : test) as { skipReason?: string } | undefined
  if (bearer !== undefined) bearer.skipReason = reason
  context.skip()
}
