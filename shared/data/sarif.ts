import type { Finding, FindingLevel } from '../base/finding.ts'
import { columnsOf } from './lint.ts'
import type { LintReport } from './report.ts'
import { rules } from './rules.ts'

const levels: Readonly<Record<FindingLevel, string>> = { stop: 'error', warn: 'warning', info: 'note' }

/** More columns than that are not named one by one: what reads the file lists each. */
const namedColumns = 100

/**
 * A report in the format that code hosts show beside a change.
 * @param uri the file's path as the repository knows it, as `sarifUri` writes it
 * @see SARIF 2.1.0, OASIS Standard (2020)
 */
export function sarifReport(report: LintReport, uri: string, version: string): string {
  const ids = [...new Set(report.findings.map(({ rule }) => rule))]
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Daybook', version, rules: ids.map((id) => descriptor(id, report)) } },
        results: report.findings.map((finding) => ({
          ruleId: finding.rule,
          ruleIndex: ids.indexOf(finding.rule),
          level: levels[finding.level],
          message: { text: finding.says },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } },
              ...logicalLocations(finding),
            },
          ],
          properties: finding.evidence,
        })),
      },
    ],
  }
  return JSON.stringify(log, null, 2)
}

/** A path from the repository's root as SARIF wants it: no character of a name has a meaning of its own. */
export function sarifUri(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** What a rule is. What is checked against a schema is no rule of ours: its findings tell. */
function descriptor(id: string, { findings }: LintReport): object {
  const rule = rules.find((each) => each.id === id)
  const first = findings.find((each) => each.rule === id)
  return {
    id,
    shortDescription: { text: rule?.title ?? 'Differs from the schema' },
    fullDescription: { text: rule?.why ?? first?.why ?? '' },
    defaultConfiguration: { level: levels[rule?.level ?? first?.level ?? 'warn'] },
  }
}

/** The columns of a finding: a line tells little of a table. */
function logicalLocations(finding: Finding): object {
  const columns = columnsOf(finding).slice(0, namedColumns)
  return columns.length === 0 ? {} : { logicalLocations: columns.map((name) => ({ name, kind: 'member' })) }
}
