import type { StudySummary } from '../../api/study_methods.ts'
import { Problem } from '../../base/problem.ts'

/** A condition under which a study counts as failed, for `--fail-if 'best < 0.9'`. */
export interface Condition {
  text: string
  left: 'best' | 'gain' | 'failed'
  relation: '<' | '<=' | '>' | '>='
  right: number
}

/**
 * Reads `best < 0.9`, `gain <= 0` (over the notebook's own values) or `failed > 10` (trials).
 * @throws Problem `bad_request`
 */
export function parseCondition(text: string): Condition {
  const [, left, relation, right] =
    /^\s*(best|gain|failed)\s*(<=|>=|<|>)\s*(-?[\d.]+(?:e[-+]?\d+)?)\s*$/i.exec(text) ?? []
  const value = Number(right)
  if (left !== undefined && relation !== undefined && !Number.isNaN(value)) {
    return {
      text: text.trim(),
      left: left.toLowerCase() as Condition['left'],
      relation: relation as Condition['relation'],
      right: value,
    }
  }
  throw new Problem('bad_request', `--fail-if cannot be read: "${text}"`, {
    hint: "For example --fail-if 'best < 0.9', 'gain <= 0' or 'failed > 10'.",
  })
}

/** Whether it holds. Without a best or a gain it does: nothing was shown. */
export function failsIf({ left, relation, right }: Condition, study: StudySummary): boolean {
  const value = { best: study.best?.values[0], gain: study.gain?.gain, failed: study.trials.failed }[left]
  if (value === undefined) return true
  return { '<': value < right, '<=': value <= right, '>': value > right, '>=': value >= right }[relation]
}
