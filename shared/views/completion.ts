import type { TableColumns } from '../api/table_methods.ts'

/** What can be written next in a filter. */
export interface Suggestion {
  /** What is shown. */
  label: string
  /** What stands behind it, in few words. */
  detail: string
  /** What takes the place of the text from `from` to the cursor. */
  insert: string
  from: number
}

const attributes: readonly [string, string][] = [
  ['attributes.run_name', 'name of the run'],
  ['attributes.status', "'FINISHED', 'RUNNING', 'FAILED', 'KILLED'"],
  ['attributes.start_time', 'in milliseconds since 1970'],
  ['attributes.end_time', 'in milliseconds since 1970'],
  ['attributes.user_id', 'who ran it'],
  ['attributes.run_id', 'IN (…) takes several'],
  ['datasets.name', 'name of a data set that went in'],
]
const statuses = ['FINISHED', 'RUNNING', 'FAILED', 'KILLED', 'SCHEDULED']

/**
 * What can stand where the cursor is, in a filter of MLflow's grammar: a name, then a comparison, then a value,
 * then AND or OR.
 */
export function completeFilter(text: string, cursor: number, known: TableColumns): Suggestion[] {
  const before = text.slice(0, cursor)
  const tail = /(?:^|\s|\()((?:[\w.]+|`[^`]*`|\.)*)$/u.exec(before)
  const word = tail?.[1] ?? ''
  const from = cursor - word.length
  const head = before.slice(0, from).trimEnd()
  switch (whatFollows(head)) {
    case 'name':
      return names(known, word).map((each) => ({ ...each, from }))
    case 'operator':
      return operators(head, word).map((each) => ({ ...each, from }))
    case 'value':
      return values(head, word).map((each) => ({ ...each, from }))
    case 'joint':
      return ['AND', 'OR']
        .filter((joint) => joint.startsWith(word.toUpperCase()))
        .map((joint) => ({ label: joint, detail: '', insert: `${joint} `, from }))
  }
}

/** A text that is no filter, but part of a name: the filter that finds it. */
export function nameFilter(text: string): string | null {
  const plain = text.trim()
  if (plain === '' || /[<>=!()]|\b(like|ilike|in|is|and|or)\b/i.test(plain)) return null
  return `attributes.run_name ILIKE '%${plain.replaceAll("'", "''")}%'`
}

type Next = 'name' | 'operator' | 'value' | 'joint'

function whatFollows(head: string): Next {
  if (head === '' || /(^|\s|\()(and|or|not)$/i.test(head) || head.endsWith('(')) {
    return /\bin\s*\($/i.test(head) ? 'value' : 'name'
  }
  if (/([<>=!]|\blike|\bilike|\bin)$/i.test(head)) return 'value'
  if (/('(?:[^']|'')*'|"[^"]*"|\)|(?:[<>=]\s*)-?[\d.]+(?:e[-+]?\d+)?|\bnull)$/i.test(head)) return 'joint'
  return 'operator'
}

function names(known: TableColumns, word: string): Omit<Suggestion, 'from'>[] {
  const logged = (['metrics', 'params', 'tags'] as const).flatMap((kind) =>
    known[kind].map(({ name, runs }) => {
      const id = `${kind}.${/^[\w.]+$/.test(name) ? name : `\`${name}\``}`
      return { label: `${kind}.${name}`, detail: `${runs.toLocaleString('en-US')} runs`, insert: `${id} ` }
    }),
  )
  const own = attributes.map(([name, detail]) => ({ label: name, detail, insert: `${name} ` }))
  const wanted = word.toLowerCase()
  const scored = [...logged, ...own].flatMap((each) => {
    const label = each.label.toLowerCase()
    const place = label.indexOf(wanted)
    const short = label.slice(label.indexOf('.') + 1)
    if (place < 0) return []
    return [{ each, score: place === 0 || short.startsWith(wanted) ? 0 : 1 }]
  })
  return scored
    .sort((a, b) => a.score - b.score)
    .slice(0, 50)
    .map(({ each }) => each)
}

function operators(head: string, word: string): Omit<Suggestion, 'from'>[] {
  const numeric = /(^|[\s(])(metrics?\.\S+|attributes\.(start|end)_time)$/.test(head)
  const all = numeric
    ? ['>', '<', '>=', '<=', '=', '!=']
    : ['=', '!=', 'LIKE', 'ILIKE', 'IS NOT NULL', 'IS NULL']
  const wanted = word.toUpperCase()
  return all
    .filter((operator) => operator.startsWith(wanted))
    .map((operator) => ({ label: operator, detail: meanings[operator] ?? '', insert: `${operator} ` }))
}

const meanings: Readonly<Record<string, string>> = {
  LIKE: 'with % for any text',
  ILIKE: 'the same, capitals or not',
  'IS NULL': 'was not logged',
  'IS NOT NULL': 'was logged',
}

function values(head: string, word: string): Omit<Suggestion, 'from'>[] {
  if (!/attributes\.status\s*(=|!=)$/.test(head)) return []
  const wanted = word.toUpperCase()
  return statuses
    .filter((status) => status.startsWith(wanted))
    .map((status) => ({ label: status, detail: '', insert: `'${status}' ` }))
}
