import { type Finding, type FindingLevel, rankFindings } from '../base/finding.ts'
import type { Loaded } from './loaded.ts'
import type { Checked, Rule, Said } from './rule.ts'
import { rules } from './rules.ts'
import { checkSchema, type TableSchema } from './schema.ts'
import { guessTarget } from './target.ts'

/** What a project has decided about one rule. */
export interface RuleSettings {
  off?: boolean
  level?: FindingLevel
  thresholds?: Readonly<Record<string, number>>
  /** Columns in which it does not count. */
  exceptColumns?: readonly string[]
}

/** A finding that is known and accepted. */
export interface Suppression {
  rule: string
  /** Only findings about one of these columns; all if it is left out. */
  columns?: readonly string[]
  /** Only of this frame (its variable) or file (its name); of all if it is left out. */
  data?: string
  reason: string
}

/** How data is to be checked. */
export interface LintOptions {
  /** The column to be predicted; null: there is none; left out: guessed. */
  target?: string | null
  against?: Loaded | null
  rules?: Readonly<Record<string, RuleSettings>>
  suppress?: readonly Suppression[]
  /** What the data was agreed to be. */
  schema?: TableSchema | null
}

/** What was found. */
export interface LintResult {
  findings: readonly Finding[]
  /** Findings that somebody has accepted, with the reason. */
  suppressed: readonly { finding: Finding; reason: string }[]
  target: string | null
  /** Whether the target was guessed. */
  targetGuessed: boolean
}

/** Checks data with all rules. A rule that fails is a defect of ours: it is told as a finding and stops no other. */
export function lint(data: Loaded, options: LintOptions = {}): LintResult {
  const target = options.target === undefined ? guessTarget(data) : options.target
  const checked: Checked = { ...data, target, against: options.against ?? null }
  const agreed = options.schema == null ? [] : checkSchema(options.schema, data)
  const found = [
    ...agreed,
    ...rules.flatMap((rule) => applyRule(rule, checked, options.rules?.[rule.id] ?? {})),
  ]
  const accepted = withoutEchoes(found).map((finding) => ({
    finding,
    by: options.suppress?.find((one) => covers(one, finding, data.name)),
  }))
  return {
    findings: rankFindings(accepted.filter(({ by }) => by === undefined).map(({ finding }) => finding)),
    suppressed: accepted.flatMap(({ finding, by }) =>
      by === undefined ? [] : [{ finding, reason: by.reason }],
    ),
    target,
    targetGuessed: options.target === undefined && target !== null,
  }
}

/** The columns that a finding is about; none if it is about the whole table. */
export function columnsOf(finding: Pick<Finding, 'where'>): readonly string[] {
  return finding.where.kind === 'columns' || finding.where.kind === 'rows' ? finding.where.columns : []
}

/** What a stop finding says of a column, no smaller finding about the answer need say again. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const told = new Set(findings.filter(({ level }) => level === 'stop').flatMap(columnsOf))
  return findings.filter(
    (finding) =>
      finding.level === 'stop' ||
      finding.rule !== 'target-leak' ||
      !columnsOf(finding).every((name) => told.has(name)),
  )
}

function applyRule(rule: Rule, data: Checked, settings: RuleSettings): Finding[] {
  if (settings.off === true) return []
  let said: Said[]
  try {
    said = rule.check(data, { ...rule.thresholds, ...settings.thresholds })
  } catch (error) {
    said = [
      {
        where: { kind: 'table' },
        says: `The check "${rule.id}" failed on this data (a defect of Daybook): ${(error as Error).message}`,
        level: 'info',
        weight: 0,
      },
    ]
  }
  return said
    .filter((each) => !columnsOf(each).some((column) => settings.exceptColumns?.includes(column) === true))
    .map((each) => ({
      rule: rule.id,
      why: rule.why,
      evidence: {},
      example: null,
      fixes: [],
      weight: 0.5,
      ...each,
      level: settings.level ?? each.level ?? rule.level,
    }))
}

/** Whether a finding in data of this name is one that was accepted. */
export function covers(suppression: Suppression, finding: Finding, name: string): boolean {
  if (suppression.rule !== finding.rule) return false
  if (suppression.data !== undefined && suppression.data !== name) return false
  const about = columnsOf(finding)
  return suppression.columns === undefined || suppression.columns.some((column) => about.includes(column))
}
