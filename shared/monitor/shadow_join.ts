import { answerKind, type Answered } from './answered.ts'
import type { Answer, AnswerKind, ShadowRecord } from './shadow_record.ts'

/** Requests that both answered, with what they are told apart by. */
export interface JoinedShadow {
  records: ShadowRecord[]
  kind: AnswerKind
  champion: { revision: number; modelUri: string } | null
  shadow: { revision: number; modelUri: string } | null
  /** Rows that the champion answered since the shadow listens, also without it. */
  answered: number
}

/**
 * Joins the answers of champion and shadow by request and row.
 * @param revision of the shadow; the newest one if left out
 */
export function joinShadow(rows: readonly Answered[], revision?: number): JoinedShadow {
  const shadows = rows.filter(({ slot }) => slot === 'shadow')
  const wanted = revision ?? Math.max(...shadows.map((row) => row.revision))
  const ours = shadows.filter((row) => row.revision === wanted)
  const byKey = new Map(ours.map((row) => [keyOf(row), row]))
  const first = ours[0]
  const records: ShadowRecord[] = []
  let champion: JoinedShadow['champion'] = null
  let answered = 0
  for (const row of rows) {
    if (row.slot === 'shadow' || first === undefined || row.timeMs < first.timeMs) continue
    answered++
    const shadow = byKey.get(keyOf(row))
    if (shadow === undefined) continue
    champion = { revision: row.revision, modelUri: row.modelUri }
    records.push({
      id: keyOf(row),
      atMs: row.timeMs,
      champion: answerOf(row),
      shadow: answerOf(shadow),
      label: row.label ?? shadow.label,
      inputs: plainInputs(row.inputs),
    })
  }
  return {
    records,
    kind: answerKind([...rows.filter(({ slot }) => slot !== 'shadow'), ...ours]),
    champion,
    shadow: first === undefined ? null : { revision: wanted, modelUri: first.modelUri },
    answered,
  }
}

function keyOf({ requestId, row }: Answered): string {
  return `${requestId}/${row}`
}

function answerOf({ value, latencyMs, error }: Answered): Answer {
  return { value, latencyMs, error: error ?? null }
}

function plainInputs(inputs: Answered['inputs']): ShadowRecord['inputs'] {
  const entries = Object.entries(inputs)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'boolean' ? String(value) : value]),
  )
}
