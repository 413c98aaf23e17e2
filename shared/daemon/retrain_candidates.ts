import { Problem } from '../base/problem.ts'
import type { NotebookParameter } from '../notebook/parameters.ts'

/** A way to train again: the notebook with other parameters. */
export interface Candidate {
  name: string
  parameters: Readonly<Record<string, string | number | boolean>>
  /** The champion's notebook as it was, on newer data only. */
  sameNotebook: boolean
}

const dayMs = 86_400_000
const isoDay = /^\d{4}-\d{2}-\d{2}$/

/** Days that a candidate which looks at the newest data only learns from. */
const lastDays = 90

/**
 * Candidates that the notebook's own parameters suggest: the notebook as it is with data up to the day; only the
 * newest days, where it can be told to; and with each switch turned that is off.
 * @param until last day that may be learned from: what comes later they are judged on
 * @throws Problem `parameter_invalid` if no parameter says until when data are taken
 */
export function suggestCandidates(parameters: readonly NotebookParameter[], untilMs: number): Candidate[] {
  const until = dateParameter(parameters, /until|end|(^|_)to$/i)
  if (until === undefined) {
    throw new Problem(
      'parameter_invalid',
      'The notebook has no parameter that says until when data are taken, so it cannot be run with newer data',
      {
        hint: 'Give it one whose value is a day, such as train_until = "2011-12-31", in the cell tagged parameters.',
      },
    )
  }
  const base = { [until.name]: dayText(untilMs) }
  const found: Candidate[] = [{ name: 'same notebook, newer data', parameters: base, sameNotebook: true }]
  const days = parameters.find(({ name, value }) => /days/i.test(name) && typeof value === 'number')
  const from = dateParameter(parameters, /from|since|start|begin/i)
  if (days !== undefined)
    found.push({
      name: `last ${lastDays} days`,
      parameters: { ...base, [days.name]: lastDays },
      sameNotebook: false,
    })
  else if (from !== undefined)
    found.push({
      name: `last ${lastDays} days`,
      parameters: { ...base, [from.name]: dayText(untilMs - (lastDays - 1) * dayMs) },
      sameNotebook: false,
    })
  for (const { name, value } of parameters) {
    if (value !== false) continue
    const words = `with ${name.replaceAll('_', ' ')}`
    found.push({ name: words, parameters: { ...base, [name]: true }, sameNotebook: false })
  }
  return found
}

/**
 * A candidate as a person writes it: `last quarter: last_days=90, day_counter=true`.
 * @throws Problem `parameter_invalid`
 */
export function parseCandidate(
  text: string,
  parameters: readonly NotebookParameter[],
  untilMs: number,
): Candidate {
  const [name, rest] = text.includes(':') ? splitOnce(text, ':') : [text, text]
  const until = dateParameter(parameters, /until|end|(^|_)to$/i)
  const given = (rest ?? '').split(',').map((word) => splitOnce(word, '='))
  if (given.some(([key, value]) => key.trim() === '' || value === undefined)) {
    throw new Problem('parameter_invalid', `"${text}" is not a candidate`, {
      hint: 'Write it as "name: parameter=value, parameter=value".',
    })
  }
  return {
    name: name.trim(),
    parameters: {
      ...(until === undefined ? {} : { [until.name]: dayText(untilMs) }),
      ...Object.fromEntries(given.map(([key, value]) => [key.trim(), typed((value ?? '').trim())])),
    },
    sameNotebook: false,
  }
}

/** The day of a time, as notebooks write it. */
export function dayText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10)
}

function dateParameter(
  parameters: readonly NotebookParameter[],
  named: RegExp,
): NotebookParameter | undefined {
  return parameters.find(
    ({ name, value }) => named.test(name) && typeof value === 'string' && isoDay.test(value),
  )
}

function splitOnce(text: string, at: string): [string, string | undefined] {
  const place = text.indexOf(at)
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + 1)]
}

function typed(text: string): string | number | boolean {
  if (/^true$/i.test(text)) return true
  if (/^false$/i.test(text)) return false
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}
