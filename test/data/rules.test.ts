import assert from 'node:assert/strict'
import { type Column, makeTable, numberColumn, textColumn } from '../../shared/data/column.ts'
import { htmlReport } from '../../shared/data/html_report.ts'
import { lint, type LintOptions } from '../../shared/data/lint.ts'
import { parseLintSettings } from '../../shared/data/lint_settings.ts'
import { loadTable } from '../../shared/data/load.ts'
import { reportOn } from '../../shared/data/report.ts'
import { rules } from '../../shared/data/rules.ts'
import { sarifReport } from '../../shared/data/sarif.ts'

const rows = 400
/** Numbers that look drawn, the same each time. */
const drawn = (seed: number, i: number): number =>
  ((Math.sin(seed * 999 + i * 12.9898) * 43758.5453) % 1) ** 2

const numbers = (name: string, of: (i: number) => number, kind: 'integer' | 'number' = 'number'): Column =>
  numberColumn(
    name,
    kind,
    Float64Array.from({ length: rows }, (_, i) => of(i)),
  )
const texts = (name: string, of: (i: number) => string | null): Column =>
  textColumn(
    name,
    Array.from({ length: rows }, (_, i) => of(i)),
  )
const plain = [
  numbers('a', (i) => drawn(1, i) * 50 + 20),
  numbers('b', (i) => drawn(2, i) * 3 + 1),
  texts('c', (i) => ['red', 'green', 'blue'][Math.floor(drawn(3, i) * 3)] ?? 'red'),
]
const day = 86_400_000

/** Planted: columns beside plain ones, the rule that must speak, and what it must say. */
const planted: readonly (readonly [string, readonly Column[], RegExp, LintOptions?])[] = [
  [
    'missing-together',
    [texts('d', (i) => (i < 40 ? null : 'x')), texts('e', (i) => (i < 40 ? null : `${i % 7}y`))],
    /missing together in 40 rows/,
  ],
  ['empty-column', [texts('d', () => null)], /d has no value/],
  [
    'missing',
    [texts('d', (i) => (i < 300 ? null : `v${i % 3}`))],
    /d is missing in 300 of 400 rows \(75 %\)/,
  ],
  [
    'written-missing',
    [texts('d', (i) => (i % 9 === 0 ? '?' : String(i % 17)))],
    /d is '\?' in 45 rows.*numbers/,
  ],
  ['number-missing', [numbers('d', (i) => (i % 50 === 0 ? -999 : drawn(4, i) * 10))], /d is -999 in 8 rows/],
  [
    'number-missing',
    [numbers('glucose', (i) => (i % 50 === 0 ? 0 : 80 + drawn(4, i) * 90))],
    /glucose is 0 in 8 rows/,
  ],
  ['stored-as-text', [texts('d', (i) => `$${1000 + i},50`.replace(',50', '.50'))], /d is text.*numbers/],
  ['stored-as-text', [texts('d', (i) => `${(i % 12) + 1}/${(i % 28) + 1}/2021`)], /d is text.*dates/],
  [
    'mixed-types',
    [texts('d', (i) => (i === 7 ? 'about ten' : String(i % 37)))],
    /d is numbers but for 1 row: 'about ten'/,
  ],
  ['mixed-types', [texts('d', (i) => `${50 + (i % 40)} ${i % 10 === 0 ? 'lb' : 'kg'}`)], /several units/],
  [
    'mixed-types',
    [texts('d', (i) => (i % 10 === 0 ? `0${(i % 9) + 1}.12.2020` : `2020-12-${10 + (i % 19)}`))],
    /dates in several forms/,
  ],
  ['constant-column', [texts('d', () => 'same')], /d \('same'\) is the same/],
  [
    'cap',
    [numbers('d', (i) => (i % 20 === 0 ? 5000 : Math.floor(drawn(5, i) * 1000)), 'integer')],
    /d is 5,000 in 20 rows/,
  ],
  ['impossible', [numbers('age', (i) => (i === 3 ? 230 : 20 + (i % 60)), 'integer')], /age is 230/],
  ['infinite', [numbers('d', (i) => (i < 3 ? Infinity : drawn(6, i)))], /d is infinite in 3 rows/],
  [
    'odd-date',
    [
      numberColumn(
        'd',
        'timestamp',
        Float64Array.from({ length: rows }, (_, i) =>
          i < 5 ? 0 : Date.UTC(2020, 0, 1) + ((i * 7) % 300) * day,
        ),
      ),
    ],
    /1970-01-01/,
  ],
  ['outlier', [numbers('d', (i) => (i === 9 ? 9000 : drawn(7, i) * 10 + 5))], /d 9,000/],
  [
    'category-variants',
    [texts('d', (i) => (i % 40 === 0 ? 'new york ' : (['New York', 'Boston'][i % 2] ?? '')))],
    /'New York' 190? .*|'New York'/,
  ],
  [
    'typo',
    [texts('d', (i) => (i === 5 ? 'Bostn' : (['New York', 'Boston'][i % 2] ?? '')))],
    /'Bostn' \(1 row\) for 'Boston'/,
  ],
  [
    'damaged-text',
    [texts('d', (i) => (i % 50 === 0 ? 'MÃ¼ller' : `Smith${i % 30}`))],
    /damaged text in 8 rows/,
  ],
  ['same-columns', [texts('d', (i) => `k${i % 12}`), numbers('e', (i) => i % 12, 'integer')], /d = e/],
  [
    'derived-column',
    [numbers('e', (i) => drawn(1, i) * 50 + 20 + drawn(2, i) * 3 + 1)],
    /a \+ b = e in all 400 rows/,
  ],
  ['alike-columns', [numbers('d', (i) => drawn(1, i) * 50 + drawn(8, i))], /a and d/],
  [
    'broken-dependency',
    [texts('zip', (i) => `z${i % 20}`), texts('city', (i) => (i === 21 ? 'Rome' : `city${i % 20}`))],
    /zip decides city but for 1 row: z1 is city1, once Rome/,
  ],
  [
    'key-not-unique',
    [numbers('user_id', (i) => (i < 4 ? 100 : 100 + i * 3), 'integer')],
    /user_id looks like a key, but 3 rows repeat/,
  ],
  ['identifier', [numbers('row_id', (i) => i + 1, 'integer')], /row_id numbers the rows/],
  [
    'target-leak',
    [texts('y', (i) => (drawn(1, i) > 0.3 ? 'yes' : 'no'))],
    /a alone tells y/,
    { target: 'y' },
  ],
  [
    'class-imbalance',
    [texts('y', (i) => (i % 100 === 0 ? 'rare' : `k${i % 2}`))],
    /rare \(4, 1 %\)/,
    { target: 'y' },
  ],
  [
    'missing-label',
    [texts('y', (i) => (i % 10 === 0 ? null : `k${i % 3}`))],
    /y is missing in 40 rows/,
    { target: 'y' },
  ],
  [
    'time-order',
    [
      numberColumn(
        'when',
        'date',
        Float64Array.from({ length: rows }, (_, i) => Date.UTC(2020, 0, 1) + i * day),
      ),
    ],
    /Rows run from 2020-01-01 to 2021-02-03/,
    { target: 'a' },
  ],
  [
    'time-gaps',
    [
      numberColumn(
        'when',
        'date',
        Float64Array.from({ length: rows }, (_, i) => Date.UTC(2020, 0, 1) + (i + (i > 100 ? 5 : 0)) * day),
      ),
    ],
    /when: 5 of 405 days are missing/,
  ],
  [
    'proxy',
    [
      texts('sex', (i) => (i % 2 === 0 ? 'Male' : 'Female')),
      texts('title', (i) => (i % 3 === 0 ? 'Dr' : i % 2 === 0 ? 'Mr' : 'Ms')),
    ],
    /title gives sex away \(Ms: 133 women, 0 men\)/,
  ],
  [
    'small-group',
    [texts('race', (i) => (i < 20 ? 'few' : 'many'))],
    /race has groups of few rows: few 20/,
    { rules: { 'small-group': { thresholds: { rows: 50 } } } },
  ],
  [
    'survey-weight',
    [numbers('sampling_weight', (i) => 100 + drawn(9, i) * 900)],
    /sampling_weight is a survey weight/,
  ],
  ['personal-data', [texts('contact', (i) => `person${i}@example.org`)], /contact holds e-mail addresses/],
]

describe('the rules', () => {
  for (const [rule, columns, says, options] of planted) {
    it(`${rule}: ${columns.map((column) => column.name).join(', ')}`, () => {
      const data = loadTable('planted', makeTable([...plain, ...columns]))
      const { findings } = lint(data, { target: null, ...options })
      const found = findings.filter((finding) => finding.rule === rule)
      assert.equal(found.length, 1, findings.map((finding) => `${finding.rule}: ${finding.says}`).join('\n'))
      assert.match(found[0]!.says, says)
    })
  }
  it('say nothing of plain data', () => {
    const { findings } = lint(loadTable('plain', makeTable(plain)), { target: null })
    assert.deepEqual(
      findings.map((finding) => finding.says),
      [],
    )
  })
  it('tell duplicates, conflicting labels, and what is compared', () => {
    const twice = (column: Column): Column =>
      column.numbers === null
        ? textColumn(
            column.name,
            Array.from({ length: rows }, (_, i) => column.dictionary[column.codes?.[i % 200] ?? 0] ?? null),
          )
        : numberColumn(
            column.name,
            'number',
            column.numbers.map((_, i) => column.numbers?.[i % 200] ?? 0),
          )
    const label = texts('y', (i) => (i === 5 ? 'other' : 'one'))
    const more = texts('y', (i) => (i % 3 === 0 && i !== 5 ? 'other' : i === 5 ? 'other' : 'one'))
    const data = loadTable('twice', makeTable([...plain.map(twice), label]))
    const said = lint(data, { target: 'y', rules: { 'class-imbalance': { off: true } } }).findings.map(
      ({ says }) => says,
    )
    assert.ok(
      said.some((text) => /^199 exact duplicates/.test(text)),
      said.join('\n'),
    )
    assert.ok(
      said.some((text) => /^1 group \(2 rows\): same inputs, different y/.test(text)),
      said.join('\n'),
    )
    const moved = [numbers('a', (i) => drawn(1, i) * 50 + 40), plain[1]!, texts('c', () => 'pink'), more]
    const { findings } = lint(loadTable('now', makeTable(moved)), { target: 'y', against: data })
    const told = (rule: string): string => findings.find((finding) => finding.rule === rule)?.says ?? ''
    assert.match(told('new-kinds'), /c has a kind that twice has not: 'pink', in 400 rows/)
    assert.match(told('shift'), /^Against twice, c \(1\.00\)/)
    assert.match(told('beyond-range'), /^a is outside of/)
    const same = lint(loadTable('same', makeTable(plain)), {
      target: null,
      against: loadTable('train', makeTable(plain)),
    })
    assert.match(same.findings[0]!.says, /400 rows \(100 %\) are also in train/)
  })
  it('never throw, whatever the table', () => {
    const odd = [
      [],
      [numberColumn('', 'number', new Float64Array(0))],
      [numberColumn('x', 'number', Float64Array.of(NaN))],
      [numberColumn('x', 'integer', Float64Array.of(1, Infinity, -Infinity, NaN))],
      [textColumn('y', [null, '', ' ', '\u0000', '💥'.repeat(500)]), textColumn('y', ['', '', '', '', ''])],
      [numberColumn('date', 'timestamp', Float64Array.of(8.64e15, -8.64e15, 1e300, NaN))],
    ]
    for (const columns of odd) {
      for (const target of [null, 'x', 'y', 'none']) {
        const data = loadTable('odd', makeTable(columns))
        const { findings } = lint(data, { target, against: data })
        assert.doesNotMatch(JSON.stringify(findings), /defect of Daybook/)
      }
    }
  })
  it('have ids of their own, words, and a source', () => {
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length)
    for (const { id, title, why, source } of rules) assert.ok(title && why.endsWith('.') && source, id)
  })
})

describe('lint()', () => {
  const data = loadTable('t', makeTable([...plain, texts('d', () => 'same')]))
  it('follows daybook.yaml: off, levels, columns left out, findings accepted with a reason', () => {
    const text = (part: string): ReturnType<typeof parseLintSettings> => parseLintSettings(`lint:\n  ${part}`)
    const levels = (part: string): string[] =>
      lint(data, { target: null, ...text(part) }).findings.map(({ level }) => level)
    assert.deepEqual(levels('onRun: true'), ['warn'])
    assert.deepEqual(levels('rules: {constant-column: off}'), [])
    assert.deepEqual(levels('rules: {constant-column: stop}'), ['stop'])
    assert.deepEqual(levels('rules: {constant-column: {exceptColumns: [d]}}'), [])
    const accepted = lint(data, {
      target: null,
      ...text('suppress: [{rule: constant-column, columns: [d], reason: one site only}]'),
    })
    assert.deepEqual([accepted.findings.length, accepted.suppressed[0]?.reason], [0, 'one site only'])
  })
  it('says what in daybook.yaml is wrong', () => {
    assert.throws(() => parseLintSettings('lint: {rules: {no-such: off}}'), /there is no rule "no-such"/)
    assert.throws(
      () => parseLintSettings('lint: {rules: {missing: loud}}'),
      /daybook.yaml, lint.rules.missing/,
    )
    assert.throws(() => parseLintSettings('lint: {suppress: [{rule: missing}]}'), /reason/)
    assert.throws(() => parseLintSettings('lint: [\n'), /cannot be read/)
    assert.equal(parseLintSettings('other: 1').onRun, true)
  })
})

describe('a report', () => {
  it('is one page without anything from outside, and shows no personal data', () => {
    const columns = [
      ...plain,
      texts('mail', (i) => `person${i % 90}@example.org`),
      texts('<b>', () => '<script>alert(1)</script>'),
    ]
    const report = reportOn(loadTable('<i>', makeTable(columns)), {}, () => 0)
    const page = htmlReport(report)
    assert.doesNotMatch(page, /https?:|person1\d*@|<i>|<b><|<script>alert/)
    assert.ok(page.length < 500_000)
    assert.doesNotMatch(JSON.stringify(report), /person1\d*@/)
  })
  it('is SARIF for code hosts', () => {
    const report = reportOn(loadTable('t', makeTable([...plain, texts('d', () => 'same')])), {}, () => 0)
    const log = JSON.parse(sarifReport(report, 'data/t.csv', '1.0')) as {
      runs: { results: { ruleId: string; level: string }[] }[]
    }
    assert.deepEqual(
      log.runs[0]?.results.map(({ ruleId, level }) => [ruleId, level]),
      [['constant-column', 'warning']],
    )
  })
})
