/** The tab that an arrow key leads to, round at the ends; null for any other key. */
export function tabByKey<T>(all: readonly T[], now: T, key: string): T | null {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key]
  return step === undefined ? null : (all[(all.indexOf(now) + step + all.length) % all.length] ?? null)
}
