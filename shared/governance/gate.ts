import { amount } from '../base/wording.ts'

/** One thing that must hold before a model is promoted. */
export interface GateCheck {
  name: 'metric' | 'signature' | 'findings' | 'shadow'
  /** Null: nobody can tell, which does not stop it. */
  holds: boolean | null
  /** One sentence. */
  says: string
}

/** What is known of a candidate, gathered by whoever asks. */
export interface GateFacts {
  /** Of the run that made it; null if no run is known. */
  metrics: Readonly<Record<string, number>> | null
  /** Inputs that champion and candidate want; null where they say nothing. */
  inputs: { champion: readonly GateColumn[] | null; candidate: readonly GateColumn[] | null }
  /** Findings of level `stop` in the data that the run read; null if nobody looked. */
  findings: readonly string[] | null
  /** What its shadow report says; null if it was no shadow. */
  shadow: { verdict: 'promote' | 'keep' | 'more-data' | 'no-labels'; says: string } | null
}

/** A column that a model wants. */
export interface GateColumn {
  name: string
  type: string
  required: boolean
}

/** What a project asks for. */
export interface GateRules {
  /** `test_mae < 25`. */
  metrics: readonly string[]
  findings: boolean
  /** Its verdict must be "promote", must only not be "keep", or is not asked for. */
  shadow: 'promote' | 'not-worse' | 'off'
}

/** What came of it. */
export interface GateResult {
  open: boolean
  checks: readonly GateCheck[]
  says: string
}

/** Whether a model may be promoted: every check holds, or cannot be told. */
export function passGate(rules: GateRules, facts: GateFacts): GateResult {
  const checks = [
    ...rules.metrics.map((limit) => checkMetric(limit, facts.metrics)),
    checkSignature(facts.inputs),
    ...(rules.findings ? [checkFindings(facts.findings)] : []),
    ...(rules.shadow === 'off' ? [] : [checkShadow(facts.shadow, rules.shadow === 'promote')]),
  ]
  const closed = checks.filter(({ holds }) => holds === false)
  const says =
    closed.length === 0
      ? 'The gate is open.'
      : `The gate is closed: ${closed.map((check) => check.says).join(' ')}`
  return { open: closed.length === 0, checks, says }
}

/** @throws RangeError for what is no limit; settings are checked when they are read */
export function readLimit(text: string): { metric: string; sign: '<' | '<=' | '>' | '>='; limit: number } {
  const parts = /^\s*([^<>=]+?)\s*(<=|>=|<|>)\s*(-?[\d.eE+-]+)\s*$/.exec(text)
  const limit = Number(parts?.[3])
  if (parts === null || Number.isNaN(limit)) throw new RangeError(`Cannot read the limit "${text}"`)
  return { metric: parts[1] ?? '', sign: parts[2] as '<', limit }
}

function checkMetric(text: string, metrics: GateFacts['metrics']): GateCheck {
  const { metric, sign, limit } = readLimit(text)
  const value = metrics?.[metric]
  if (value === undefined)
    return {
      name: 'metric',
      holds: false,
      says: `Its run has no metric ${metric}, which must be ${sign} ${limit}.`,
    }
  const holds = { '<': value < limit, '<=': value <= limit, '>': value > limit, '>=': value >= limit }[sign]
  return { name: 'metric', holds, says: `${metric} is ${amount(value)}, asked for is ${sign} ${limit}.` }
}

function checkSignature({ champion, candidate }: GateFacts['inputs']): GateCheck {
  if (champion === null || candidate === null)
    return { name: 'signature', holds: null, says: 'One of the models does not say which columns it wants.' }
  const known = new Map(champion.map((column) => [column.name, column]))
  const missing = candidate
    .filter(({ name, required }) => required && !known.has(name))
    .map(({ name }) => name)
  if (missing.length > 0)
    return {
      name: 'signature',
      holds: false,
      says: `It wants columns that requests for the champion do not hold: ${missing.join(', ')}.`,
    }
  const other = candidate.filter(({ name, type }) => known.has(name) && known.get(name)?.type !== type)
  return other.length === 0
    ? { name: 'signature', holds: true, says: 'It takes the same requests as the champion.' }
    : {
        name: 'signature',
        holds: false,
        says: `It wants other types: ${other.map(({ name, type }) => `${name} ${type} instead of ${known.get(name)?.type ?? ''}`).join(', ')}.`,
      }
}

function checkFindings(findings: GateFacts['findings']): GateCheck {
  if (findings === null)
    return { name: 'findings', holds: null, says: 'Nobody has looked at the data it was made from.' }
  return findings.length === 0
    ? { name: 'findings', holds: true, says: 'Nothing in its data makes results untrustworthy.' }
    : {
        name: 'findings',
        holds: false,
        says: `Its data cannot be trusted: ${findings.slice(0, 2).join('; ')}.`,
      }
}

function checkShadow(shadow: GateFacts['shadow'], strict: boolean): GateCheck {
  const unknown = strict ? false : null
  if (shadow === null)
    return { name: 'shadow', holds: unknown, says: 'It has answered nothing as shadow of this deployment.' }
  const holds = shadow.verdict === 'promote' ? true : shadow.verdict === 'keep' ? false : unknown
  return { name: 'shadow', holds, says: shadow.says }
}
