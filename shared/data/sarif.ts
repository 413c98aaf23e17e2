import type { FindingLevel } from '../base/finding.ts'
import type { LintReport } from './report.ts'
import { rules } from './rules.ts'

const levels: Readonly<Record<FindingLevel, string>> = { stop: 'error', warn: 'warning', info: 'note' }

/**
 * A report in the format that code hosts show beside a change.
 * @param uri the file's path as the repository knows it
 * @see SARIF 2.1.0, OASIS Standard (2020)
 */
export function sarifReport(report: LintReport, uri: string, version: string): string {
  const used = rules.filter(({ id }) => report.findings.some(({ rule }) => rule === id))
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Daybook',
            version,
            rules: used.map(({ id, title, why, level }) => ({
              id,
              shortDescription: { text: title },
              fullDescription: { text: why },
              defaultConfiguration: { level: levels[level] },
            })),
          },
        },
        results: report.findings.map((finding) => ({
          ruleId: finding.rule,
          level: levels[finding.level],
          message: { text: finding.says },
          locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } } }],
          properties: finding.evidence,
        })),
      },
    ],
  }
  return JSON.stringify(log, null, 2)
}
