import { formatNumber } from '../base/quantity.ts'

/** How the simple models beside a run came to be. */
export const aboutBaselines =
  "Fitted by Daybook in the background on the same rows, and measured in the same way: scikit-learn's logistic or ridge regression, and the most frequent class or the mean."

/** What simple models reach on the same data, to be told beside a run's own number; empty where none was measured. */
export function describeBaselines({
  linear,
  dummy,
}: {
  linear: number | null
  dummy: number | null
}): string {
  const known = [
    ['linear', linear],
    ['do-nothing', dummy],
  ] as const
  return known
    .flatMap(([name, value]) => (value === null ? [] : [`${name} ${formatNumber(value)}`]))
    .join(' · ')
}

/** The same for any metric of a run. */
export function baselinesOf(metrics: Readonly<Record<string, number>>, key: string): string {
  const beside = (kind: string): number | null => metrics[`baseline/${kind}/${key}`] ?? null
  return describeBaselines({ linear: beside('linear'), dummy: beside('dummy') })
}
