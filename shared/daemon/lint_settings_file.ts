import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultLintSettings, type LintSettings, parseLintSettings } from '../data/lint_settings.ts'

/**
 * What the project's daybook.yaml says about data lint.
 * @throws Problem that says what in the file is wrong
 */
export function readLintSettings(root: string): LintSettings {
  const path = join(root, 'daybook.yaml')
  return existsSync(path) ? parseLintSettings(readFileSync(path, 'utf8')) : defaultLintSettings
}
