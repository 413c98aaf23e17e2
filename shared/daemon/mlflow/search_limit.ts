import { MlflowProblem } from './problem.ts'

/**
 * How many results are wanted.
 * @throws MlflowProblem if it is more than the limit or less than one
 */
export function atMost(
  wanted: number | undefined,
  { limit, fallback }: { limit: number; fallback: number },
): number {
  if (wanted === undefined) return fallback
  if (wanted >= 1 && wanted <= limit) return wanted
  throw new MlflowProblem(
    'INVALID_PARAMETER_VALUE',
    wanted < 1
      ? `Invalid value for max_results. It must be a positive integer, but got ${wanted}`
      : `Invalid value ${wanted} for parameter 'max_results' supplied. It must be at most ${limit}`,
  )
}
