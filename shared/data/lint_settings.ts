import { parse } from 'yaml'
import { z } from 'zod'
import { Problem } from '../base/problem.ts'
import type { RuleSettings, Suppression } from './lint.ts'
import { rules } from './rules.ts'

/** The part `lint:` of daybook.yaml. */
export interface LintSettings {
  /** Whether frames are checked when a cell has made or changed them. */
  onRun: boolean
  rules: Readonly<Record<string, RuleSettings>>
  suppress: readonly Suppression[]
}

const level = z.enum(['info', 'warn', 'stop'])
const rule = z.union([
  z.literal(false).transform((): RuleSettings => ({ off: true })),
  z.literal('off').transform((): RuleSettings => ({ off: true })),
  level.transform((word): RuleSettings => ({ level: word })),
  z
    .strictObject({
      off: z.boolean().optional(),
      level: level.optional(),
      thresholds: z.record(z.string(), z.number()).optional(),
      exceptColumns: z.array(z.string()).optional(),
    })
    .transform((given) => given as RuleSettings),
])

const settings = z.strictObject({
  onRun: z.boolean().default(true),
  rules: z.record(z.string(), rule).default({}),
  suppress: z
    .array(
      z.strictObject({
        rule: z.string(),
        columns: z.array(z.string()).optional(),
        data: z.string().optional(),
        reason: z.string().min(3, 'say why in a few words'),
      }),
    )
    .default([]),
})

/** What holds where a project has decided nothing. */
export const defaultLintSettings: LintSettings = { onRun: true, rules: {}, suppress: [] }

/**
 * Reads the part `lint:` of a daybook.yaml; other parts are left alone.
 *
 *     lint:
 *       rules:
 *         heavy-tail: off
 *         missing: {level: warn, thresholds: {mostly: 0.8}, exceptColumns: [notes]}
 *       suppress:
 *         - {rule: identifier, columns: [instant], reason: used as the index}
 *
 * @throws Problem that says what in the file is wrong
 */
export function parseLintSettings(text: string): LintSettings {
  let whole: unknown
  try {
    whole = parse(text)
  } catch (error) {
    throw new Problem(
      'bad_request',
      `daybook.yaml cannot be read: ${(error as Error).message.split('\n')[0] ?? ''}`,
      {
        cause: error,
      },
    )
  }
  const part =
    typeof whole === 'object' && whole !== null ? (whole as Record<string, unknown>)['lint'] : undefined
  if (part === undefined || part === null) return defaultLintSettings
  const parsed = settings.safeParse(part)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = ['lint', ...(issue?.path ?? [])].join('.')
    throw new Problem('bad_request', `daybook.yaml, ${place}: ${issue?.message ?? 'is not understood'}`)
  }
  const used = [...Object.keys(parsed.data.rules), ...parsed.data.suppress.map((each) => each.rule)]
  const unknown = used.find((id) => !rules.some((known) => known.id === id))
  if (unknown !== undefined) {
    throw new Problem('bad_request', `daybook.yaml, lint: there is no rule "${unknown}"`, {
      hint: `The rules: ${rules.map(({ id }) => id).join(', ')}`,
    })
  }
  return parsed.data as LintSettings
}
