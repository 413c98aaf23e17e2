import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { Document, isMap, parseDocument } from 'yaml'
import type { z } from 'zod'
import { studySettings, type StudySettings } from '../../api/study_methods.ts'
import { Problem } from '../../base/problem.ts'
import { withoutSecret } from '../remote/on_address.ts'

/** Settings as somebody gave them: what is left out has its default, or comes from elsewhere. */
export type GivenSettings = z.input<typeof studySettings>

/** Where the study of a notebook stands, to be reviewed and repeated: `NAME.study.yaml` beside it. */
export function studyFileOf(notebook: string): string {
  return join(dirname(notebook), `${basename(notebook, extname(notebook))}.study.yaml`)
}

/** Names in the file by those of the settings, in the order in which a person reads them. */
const names: Readonly<Record<keyof StudySettings, string>> = {
  objectives: 'objectives',
  space: 'space',
  constraints: 'constraints',
  parameters: 'parameters',
  trials: 'trials',
  timeoutS: 'timeout_s',
  parallel: 'parallel',
  sampler: 'sampler',
  pruner: 'pruner',
  seed: 'seed',
  deterministic: 'deterministic',
  repeats: 'repeats',
  cores: 'cores',
  gpu: 'gpu',
  trialTimeoutS: 'trial_timeout_s',
  trialMemoryMb: 'trial_memory_mb',
  retries: 'retries',
  stopOnPlateau: 'stop_on_plateau',
  pricePerHour: 'price_per_hour',
  on: 'on',
  mode: 'mode',
  kernel: 'kernel',
}

/**
 * Reads a study file. `notebook` in it is a path beside the file.
 * @throws Problem `parameter_invalid` with the place that is wrong
 */
export function readStudyFile(path: string): { notebook: string | null; settings: Partial<GivenSettings> } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new Problem('not_found', `Cannot read the study file "${path}": ${(error as Error).message}`)
  }
  const document = parseDocument(text)
  const [mistake] = document.errors
  if (mistake !== undefined) {
    throw new Problem('parameter_invalid', `"${path}" is no YAML: ${mistake.message.split('\n')[0] ?? ''}`)
  }
  const content: unknown = document.toJS() ?? {}
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new Problem('parameter_invalid', `"${path}" is not a map of settings`, {
      hint: 'Begin with "space:".',
    })
  }
  const settings: Record<string, unknown> = {}
  let notebook: string | null = null
  for (const [name, value] of Object.entries(content)) {
    const key = Object.entries(names).find(([, written]) => written === name)?.[0]
    if (name === 'notebook' && typeof value === 'string') notebook = join(dirname(path), value)
    else if (key === undefined) {
      throw new Problem('parameter_invalid', `"${path}" has "${name}", which a study does not have`, {
        hint: `Known: notebook, ${Object.values(names).join(', ')}.`,
      })
    } else settings[key] = value
  }
  const parsed = studySettings.partial().safeParse(settings)
  if (parsed.success) return { notebook, settings }
  const issue = parsed.error.issues[0]
  const [key = '', ...inner] = issue?.path.map(String) ?? []
  const place = [names[key as keyof StudySettings], ...inner].join('.')
  throw new Problem('parameter_invalid', `"${path}" is wrong at "${place}": ${issue?.message ?? ''}`)
}

/** Writes settings into a study file; comments and the order of one that is there stay. */
export function writeStudyFile(path: string, notebook: string, settings: Partial<GivenSettings>): void {
  const document = existsSync(path) ? parseDocument(readFileSync(path, 'utf8')) : new Document({})
  if (!isMap(document.contents)) document.contents = document.createNode({})
  const known = document.toJS() as Record<string, unknown>
  const put = (name: string, value: unknown): void => {
    if (JSON.stringify(known[name]) !== JSON.stringify(value)) document.set(name, value)
  }
  put('notebook', basename(notebook))
  for (const [key, name] of Object.entries(names)) {
    const value = key === 'on' ? settings.on?.map(withoutSecret) : settings[key as keyof StudySettings]
    if (value !== undefined) put(name, value)
  }
  writeFileSync(path, document.toString({ lineWidth: 110 }))
}
