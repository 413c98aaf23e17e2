/** A table of measured quality, as `npm run bench:quality` prints it. */
export interface QualityTable {
  title: string
  columns: readonly string[]
  rows: readonly (readonly string[])[]
  note?: string
}

/** The trials at which a search is judged. */
export const budgets = [20, 50, 100, 200] as const

/** The regret of each seed's best so far, for one problem and one sampler. */
export interface Curves {
  readonly family: string
  readonly problem: string
  readonly sampler: string
  readonly bySeed: readonly (readonly number[])[]
}

/** Mean normalised regret and mean rank of the samplers in each family, with 95 % intervals over the seeds. */
export function familyTables(workers: number, all: readonly Curves[]): QualityTable[] {
  const samplers = [...new Set(all.map(({ sampler }) => sampler))]
  const families = [...new Set(all.map(({ family }) => family))]
  const title = workers === 1 ? 'one trial at a time' : `${workers} workers`
  const regrets = families.flatMap((family) =>
    samplers.flatMap((sampler) => {
      const own = all.filter((curves) => curves.family === family && curves.sampler === sampler)
      return own.length === 0
        ? []
        : [[family, String(own.length), sampler, ...budgets.map((budget) => interval(bySeed(own, budget)))]]
    }),
  )
  const columns = ['family', 'problems', 'sampler', ...budgets.map(String)]
  return [
    {
      title: `Mean normalised regret of the best so far, ${title}`,
      columns,
      rows: regrets,
      note: 'Less is better; 0 is the optimum, 1 the median of random points. ± is the half of a 95 % interval over seeds.',
    },
    {
      title: `Mean rank at the same seed and problem, ${title}`,
      columns: ['family', 'sampler', ...columns.slice(3)],
      rows: rankRows(all, { families, samplers }),
    },
  ]
}

/** One number a seed: the mean over the problems. */
function bySeed(curves: readonly Curves[], budget: number): number[] {
  const seeds = Math.min(...curves.map((own) => own.bySeed.length))
  return Array.from({ length: seeds }, (_, seed) =>
    mean(curves.map((own) => own.bySeed[seed]?.[budget - 1] ?? NaN)),
  )
}

function rankRows(
  all: readonly Curves[],
  { families, samplers }: { families: string[]; samplers: string[] },
): string[][] {
  return families.flatMap((family) => {
    const problems = [...new Set(all.filter((own) => own.family === family).map(({ problem }) => problem))]
    return samplers.map((sampler) => {
      const cells = budgets.map((budget) => {
        const ranks = problems.flatMap((problem) => {
          const rivals = all.filter((own) => own.family === family && own.problem === problem)
          const own = rivals.find((curves) => curves.sampler === sampler)
          return (own?.bySeed ?? []).map((curve, seed) =>
            rankOf(
              curve[budget - 1]!,
              rivals.map((rival) => rival.bySeed[seed]?.[budget - 1] ?? NaN),
            ),
          )
        })
        return interval(ranks, 2)
      })
      return [family, sampler, ...cells]
    })
  })
}

/** The place among values, from 1; those that are equal share theirs. */
function rankOf(value: number, among: readonly number[]): number {
  const better = among.filter((other) => other < value).length
  const equal = among.filter((other) => other === value).length
  return better + (equal + 1) / 2
}

function interval(values: readonly number[], digits = 4): string {
  const known = values.filter((value) => !Number.isNaN(value))
  if (known.length === 0) return '-'
  const middle = mean(known)
  const spread = Math.sqrt(
    known.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(known.length - 1, 1),
  )
  return `${middle.toFixed(digits)} ±${((1.96 * spread) / Math.sqrt(known.length)).toFixed(digits)}`
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
