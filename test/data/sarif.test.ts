import assert from 'node:assert/strict'
import Ajv from 'ajv'
import { makeTable } from '../../shared/data/column.ts'
import { loadTable } from '../../shared/data/load_table.ts'
import { type LintReport, reportOn } from '../../shared/data/report.ts'
import { rules } from '../../shared/data/rules.ts'
import { sarifReport, sarifUri } from '../../shared/data/sarif.ts'
import { checkSchema, inferSchema } from '../../shared/data/schema.ts'
import { numbers, planted, plain, texts } from './planted.ts'

/** What SARIF 2.1.0 says of the parts that we write (the paragraph beside each); the rest is refused as a slip. */
const object = (required: readonly string[], properties: Readonly<Record<string, object>>): object => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
})
const text = { type: 'string', minLength: 1 }
const message = object(['text'], { text }) // 3.11
const level = { enum: ['none', 'note', 'warning', 'error'] } // 3.27.10
const reportingDescriptor = object(['id'], {
  id: text, // 3.49.3
  shortDescription: message, // 3.49.9
  fullDescription: message, // 3.49.10
  defaultConfiguration: object([], { level }), // 3.50
})
const location = object(['physicalLocation'], {
  physicalLocation: object(['artifactLocation'], {
    artifactLocation: object(['uri'], { uri: { type: 'string', format: 'uri-reference' } }), // 3.4.3
    region: object(['startLine'], { startLine: { type: 'integer', minimum: 1 } }), // 3.30.5
  }),
  logicalLocations: {
    type: 'array',
    minItems: 1,
    items: object([], { name: { type: 'string' }, kind: { type: 'string' } }), // 3.33
  },
})
const result = object(['ruleId', 'ruleIndex', 'level', 'message', 'locations'], {
  ruleId: text, // 3.27.5
  ruleIndex: { type: 'integer', minimum: 0 }, // 3.27.6
  level,
  message, // 3.27.11
  locations: { type: 'array', minItems: 1, items: location },
  // 3.8: a bag may hold anything, but "tags" are texts
  properties: { type: 'object', properties: { tags: { type: 'array', items: { type: 'string' } } } },
})
const driver = object(['name', 'version', 'rules'], {
  name: text, // 3.19.8
  version: text, // 3.19.13
  rules: { type: 'array', uniqueItems: true, items: reportingDescriptor }, // 3.19.23
})
const run = object(['tool', 'results'], {
  tool: object(['driver'], { driver }), // 3.18
  results: { type: 'array', items: result },
})
const log = object(['version', '$schema', 'runs'], {
  version: { const: '2.1.0' }, // 3.13.2
  $schema: { const: 'https://json.schemastore.org/sarif-2.1.0.json' }, // 3.13.3
  runs: { type: 'array', minItems: 1, maxItems: 1, items: run },
})

interface Log {
  runs: [
    {
      tool: { driver: { rules: { id: string; defaultConfiguration: { level: string } }[] } }
      results: {
        ruleId: string
        ruleIndex: number
        level: string
        locations: { logicalLocations?: { name: string }[] }[]
      }[]
    },
  ]
}

describe('a report as SARIF', () => {
  const ajv = new Ajv({ allErrors: true })
  const check = ajv.compile(log)
  function checked(report: LintReport, uri = 'data/t.csv'): Log['runs'][0] {
    const parsed = JSON.parse(sarifReport(report, uri, '1.0.0')) as Log
    assert.ok(check(parsed), ajv.errorsText(check.errors))
    const [{ tool, results }] = parsed.runs
    assert.equal(results.length, report.findings.length)
    for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex]?.id, ruleId)
    const ids = tool.driver.rules.map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length)
    return parsed.runs[0]
  }
  const constant = loadTable('t', makeTable([...plain, texts('d', () => 'same')]))

  it('names rule, level and columns of each finding', () => {
    const { tool, results } = checked(reportOn(constant, {}, () => 0))
    assert.deepEqual(
      results.map(({ ruleId, level, locations }) => [ruleId, level, locations[0]?.logicalLocations]),
      [['constant-column', 'warning', [{ name: 'd', kind: 'member' }]]],
    )
    assert.equal(tool.driver.rules[0]?.defaultConfiguration.level, 'warning')
  })
  it('has each level that a finding has, set in daybook.yaml too', () => {
    for (const [ours, theirs] of [
      ['stop', 'error'],
      ['warn', 'warning'],
      ['info', 'note'],
    ] as const) {
      const settings = { rules: { 'constant-column': { level: ours } } }
      const { tool, results } = checked(reportOn(constant, settings, () => 0))
      assert.equal(results[0]?.level, theirs)
      assert.equal(tool.driver.rules[0]?.defaultConfiguration.level, 'warning')
    }
  })
  it('is valid for the planted findings of every rule', () => {
    const told = new Set<string>()
    for (const [, columns, , options] of planted) {
      const data = loadTable('planted', makeTable([...plain, ...columns]))
      for (const { ruleId } of checked(reportOn(data, { target: null, ...options }, () => 0)).results)
        told.add(ruleId)
    }
    assert.ok(told.size >= new Set(planted.map(([rule]) => rule)).size, [...told].join(' '))
  })
  it('is valid without findings, and says what is not in the schema', () => {
    const data = loadTable('plain', makeTable(plain))
    assert.deepEqual(checked(reportOn(data, { target: null }, () => 0)).results, [])
    const other = loadTable('other', makeTable([numbers('n', (i) => i)]))
    const broken = checkSchema(inferSchema(data.profile), other)
    assert.ok(broken.length > 0 && !rules.some(({ id }) => id === 'schema'))
    const { tool } = checked({ ...reportOn(other, { target: null }, () => 0), findings: broken })
    assert.deepEqual(
      tool.driver.rules.map(({ id, defaultConfiguration }) => [id, defaultConfiguration.level]),
      [['schema', 'error']],
    )
  })
  it('names a file whatever its name holds', () => {
    const path = 'data/50% of #1?/ä b:c*.csv'
    const uri = sarifUri(path)
    assert.equal(uri, 'data/50%25%20of%20%231%3F/%C3%A4%20b%3Ac*.csv')
    checked(
      reportOn(constant, {}, () => 0),
      uri,
    )
    assert.equal(
      decodeURIComponent(new URL(sarifUri('a:b.csv'), 'https://host/repository/').pathname),
      '/repository/a:b.csv',
    )
  })
})
