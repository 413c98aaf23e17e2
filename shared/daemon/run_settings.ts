import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { Problem } from '../base/problem.ts'

const settings = z.strictObject({
  baselines: z.boolean().default(true),
  price_per_hour: z.number().positive().nullable().default(null),
})

/** The part `runs:` of daybook.yaml. */
export interface RunSettings {
  /** Whether a linear and a do-nothing model are fitted beside scikit-learn's, in the background. */
  baselines: boolean
  /** What an hour of this machine costs; null where only hours are told. */
  pricePerHour: number | null
}

/**
 * What the project's daybook.yaml says about runs.
 *
 *     runs:
 *       baselines: false
 *       price_per_hour: 2.5
 *
 * @throws Problem that says what in the file is wrong
 */
export function readRunSettings(root: string): RunSettings {
  const path = join(root, 'daybook.yaml')
  return parseRunSettings(existsSync(path) ? readFileSync(path, 'utf8') : '')
}

/** The same from the file's text. */
export function parseRunSettings(text: string): RunSettings {
  let whole: unknown
  try {
    whole = parse(text)
  } catch (error) {
    const [says] = (error as Error).message.split('\n')
    throw new Problem('bad_request', `daybook.yaml cannot be read: ${says ?? ''}`, { cause: error })
  }
  const part =
    typeof whole === 'object' && whole !== null ? (whole as Record<string, unknown>)['runs'] : undefined
  const parsed = settings.safeParse(part ?? {})
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = ['runs', ...(issue?.path ?? [])].join('.')
    throw new Problem('bad_request', `daybook.yaml, ${place}: ${issue?.message ?? 'is not understood'}`)
  }
  return { baselines: parsed.data.baselines, pricePerHour: parsed.data.price_per_hour }
}

/** The same, and what holds by itself where the file is wrong: no kernel and no table waits for a typing mistake. */
export function runSettingsOrDefault(root: string): RunSettings {
  try {
    return readRunSettings(root)
  } catch (error) {
    if (error instanceof Problem) return parseRunSettings('')
    throw error
  }
}
