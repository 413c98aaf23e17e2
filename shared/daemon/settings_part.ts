import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { z } from 'zod'
import { Problem } from '../base/problem.ts'

/** The text of the project's daybook.yaml; empty where there is none. */
export function readSettingsText(root: string): string {
  const path = join(root, 'daybook.yaml')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/**
 * One part of a daybook.yaml, checked.
 * @throws Problem that says what in the file is wrong, and where
 */
export function parseSettingsPart<S extends z.ZodType>(text: string, name: string, shape: S): z.output<S> {
  let whole: unknown
  try {
    whole = parse(text)
  } catch (error) {
    const [says] = (error as Error).message.split('\n')
    throw new Problem('bad_request', `daybook.yaml cannot be read: ${says ?? ''}`, { cause: error })
  }
  const part =
    typeof whole === 'object' && whole !== null ? (whole as Record<string, unknown>)[name] : undefined
  const parsed = shape.safeParse(part ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = [name, ...(issue?.path ?? [])].join('.')
  throw new Problem('bad_request', `daybook.yaml, ${place}: ${issue?.message ?? 'is not understood'}`)
}
