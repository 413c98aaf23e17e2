import assert from 'node:assert/strict'
import { type Column, makeTable, numberColumn, textColumn } from '../../shared/data/column.ts'
import { htmlReport } from '../../shared/data/html_report.ts'
import { lint } from '../../shared/data/lint.ts'
import { parseLintSettings } from '../../shared/data/lint_settings.ts'
import { loadTable } from '../../shared/data/load_table.ts'
import { reportOn } from '../../shared/data/report.ts'
import { rules } from '../../shared/data/rules.ts'
import { day, drawn, numbers, planted, plain, rows, texts } from './planted.ts'

const syllable = (i: number): string => `${'bdfgklmnprstvwzh'[i & 15] ?? ''}${'aeiou'[Math.abs(i) % 5] ?? ''}`

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
  it('say of a sample that their numbers of rows are of what was looked at', () => {
    const counting = /^(written-missing|number-missing|impossible|odd-date|mixed-types|damaged-text)$/
    for (const [rule, columns] of planted.filter(([id]) => counting.test(id))) {
      const whole = loadTable('planted', makeTable([...plain, ...columns]))
      const data = { ...whole, profile: { ...whole.profile, rows: 20 * rows } }
      const found = lint(data, { target: null }).findings.find((finding) => finding.rule === rule)
      // Units and forms of dates are told without their rows being counted as a whole.
      if (found === undefined || !/\d rows/.test(found.says) || /several (units|forms)/.test(found.says))
        continue
      assert.match(found.says, new RegExp(`of the ${rows.toLocaleString('en')} looked at`), rule)
    }
  })
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
  it('tell what goes together otherwise than before, and nothing where it does not', () => {
    const pair = (from: number, sign: number): Column[] => [
      numbers('a', (i) => drawn(1, i + from)),
      numbers('b', (i) => sign * drawn(1, i + from) + drawn(2, i + from) / 5),
      numbers('c', (i) => drawn(3, i + from)),
    ]
    const against = loadTable('train', makeTable(pair(0, 1)))
    const told = (columns: readonly Column[]): string[] =>
      lint(loadTable('now', makeTable(columns)), { target: null, against })
        .findings.filter(({ rule }) => rule === 'correlation-moved')
        .map(({ level, says }) => `${level}: ${says}`)
    assert.match(
      told(pair(5000, -1)).join(),
      /^warn: What goes together is not as in train .*: a and b \(0\.9\d there, -0\.9\d here\)$/,
    )
    assert.deepEqual(told(pair(5000, 1)), [])
  })
  it('tell rows that are another one with a slip, and texts with the same words', () => {
    const word = (i: number): string =>
      `${syllable(i)}${syllable(i >> 4)}${syllable(i >> 8)}${syllable(i * 7)}`
    const copied = (i: number): number => (i >= 390 ? i - 390 : i)
    const titles = texts('title', (i) => `${word(copied(i))} ${word(copied(i) + 7)}${i >= 395 ? 'x' : ''}`)
    const amounts = [1, 2].map((seed) => numbers(`price${seed}`, (i) => drawn(seed, copied(i)) * 50))
    const years = numbers('year', (i) => 1950 + (copied(i) % 70), 'integer')
    const sentence = (i: number): string => Array.from({ length: 30 }, (_, k) => word(i * 31 + k)).join(' ')
    const notes = texts('notes', (i) => (i === 7 || i === 8 ? `${sentence(i - 5)} and more` : sentence(i)))
    const near = lint(loadTable('near', makeTable([titles, ...amounts, years])), { target: null }).findings
    assert.match(
      near.find(({ rule }) => rule === 'near-duplicate-rows')?.says ?? '',
      /^5 rows are nearly the same as another: only title differs, by a slip/,
    )
    const long = lint(loadTable('long', makeTable([plain[0]!, notes])), { target: null }).findings
    assert.match(
      long.find(({ rule }) => rule === 'near-duplicate-rows')?.says ?? '',
      /^2 texts of notes have four fifths of their words in common/,
    )
  })
  it('tell labels that a model is sure are others, and nothing where the task is hard', () => {
    const centre = (i: number): number => [0, 4, 8][i % 3] ?? 0
    const inputs = [1, 2, 3].map((seed) => numbers(`x${seed}`, (i) => centre(i) + drawn(seed, i) * 3))
    const flipped = new Set([12, 77, 130, 131, 208, 250, 264, 301, 303, 322, 350, 364, 380, 390, 398])
    const label = texts('y', (i) => `k${(i + (flipped.has(i) ? 1 : 0)) % 3}`)
    const { findings } = lint(loadTable('flipped', makeTable([...inputs, label])), { target: 'y' })
    const found = findings.find(({ rule }) => rule === 'mislabelled')
    const named = found?.where.kind === 'rows' ? found.where.rows : []
    assert.ok(named.filter((row) => flipped.has(row)).length >= 13, String(named))
    assert.ok(named.length <= 17, String(named))
    const hard = texts('y', (i) => (drawn(1, i) + drawn(9, i) > 0.6 ? 'yes' : 'no'))
    const quiet = lint(loadTable('hard', makeTable([...inputs, hard])), { target: 'y' }).findings
    assert.ok(!quiet.some(({ rule }) => rule === 'mislabelled'))
  })
  it('tell persons, times and sizes of two tables', () => {
    const when = (from: number): Column =>
      numberColumn(
        'when',
        'date',
        Float64Array.from({ length: rows }, (_, i) => Date.UTC(2020, 0, 1) + (from + i) * day),
      )
    const train = loadTable('train', makeTable([...plain, texts('patient', (i) => `p${i % 90}`), when(0)]))
    const test = loadTable(
      'test',
      makeTable([...plain, texts('patient', (i) => `p${(i % 90) + 60}`), when(300)]),
    )
    const told = (rule: string): string =>
      lint(test, { target: null, against: train }).findings.find((finding) => finding.rule === rule)?.says ??
      ''
    assert.match(told('group-in-both'), /^30 patient of 150 rows \(38 %\) are also in train/)
    assert.match(
      told('time-overlap'),
      /^100 rows \(25 %\) are from times of train, which ends 2021-02-03 \(when\)/,
    )
    const many = { ...train, profile: { ...train.profile, rows: 100_000 } }
    const small = lint(test, { target: null, against: many }).findings.find(
      ({ rule }) => rule === 'small-test',
    )
    assert.match(small?.says ?? '', /^400 rows beside 100,000 in train/)
  })
  it('tell rows without any value', () => {
    const gaps = plain.map((column) => {
      const missing = Uint8Array.from({ length: rows }, (_, i) => Number(i % 100 === 0))
      return column.numbers === null
        ? texts(column.name, (i) => (i % 100 === 0 ? null : `v${i % 3}`))
        : numberColumn(column.name, 'number', column.numbers, { missing })
    })
    const { findings } = lint(loadTable('gaps', makeTable(gaps)), { target: null })
    assert.match(
      findings.find(({ rule }) => rule === 'empty-rows')?.says ?? '',
      /^4 rows have no value at all/,
    )
  })
  it('show nothing of persons in a sentence about another column', () => {
    const columns = [
      texts('mail', (i) => `person${i % 20}@example.org`),
      texts('town', (i) => (i === 21 ? 'Rome' : `town${String.fromCharCode(97 + (i % 20))}`)),
    ]
    const report = reportOn(
      loadTable('persons', makeTable([...plain, ...columns])),
      { target: null },
      () => 0,
    )
    assert.match(
      report.findings.find(({ rule }) => rule === 'broken-dependency')?.says ?? '',
      /^town is not what mail says in 1 row$/,
    )
    assert.doesNotMatch(JSON.stringify(report), /person\d+@/)
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
})
