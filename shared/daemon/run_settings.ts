import { z } from 'zod'
import { Problem } from '../base/problem.ts'
import { parseSettingsPart, readSettingsText } from './settings_part.ts'

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
  return parseRunSettings(readSettingsText(root))
}

/** The same from the file's text. */
export function parseRunSettings(text: string): RunSettings {
  const parsed = parseSettingsPart(text, 'runs', settings)
  return { baselines: parsed.baselines, pricePerHour: parsed.price_per_hour }
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
