import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Problem } from '../../shared/base/problem.ts'
import { parseFilter, type Filter } from '../../shared/runs/filter.ts'
import { FilterError, tokenize } from '../../shared/runs/filter_token.ts'
import { parseOrderBy } from '../../shared/runs/order_by.ts'
import { runGrammar } from '../../shared/runs/run_grammar.ts'
import { filters, printFilter } from './filters.ts'

const parse = (text: string): Filter => parseFilter(text, runGrammar)

/** A tree without the places, which a printed filter does not keep. */
function bare(filter: Filter): unknown {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, parts: filter.parts.map(bare) }
    case 'not':
      return { kind: 'not', part: bare(filter.part) }
    case 'condition': {
      const { type, key, comparator, value } = filter
      return { type, key, comparator, value }
    }
  }
}

const condition = (type: string, key: string, comparator: string, value: unknown): unknown => ({
  type,
  key,
  comparator,
  value,
})

describe('parseFilter()', () => {
  const cases: [string, unknown][] = [
    ['metrics.a > 1', condition('metric', 'a', '>', 1)],
    ['metric.a<-0.5', condition('metric', 'a', '<', -0.5)],
    ['metrics.`a b/c-d` >= .5', condition('metric', 'a b/c-d', '>=', 0.5)],
    ['metrics."a b" != 1e-3', condition('metric', 'a b', '!=', 0.001)],
    ["metrics.'a b' = 5.", condition('metric', 'a b', '=', 5)],
    ["params.x = 'it''s'", condition('param', 'x', '=', "it''s")],
    ['parameters.x = "it\'s"', condition('param', 'x', '=', "it's")],
    ["tags.mlflow.source.type like '%x_'", condition('tag', 'mlflow.source.type', 'LIKE', '%x_')],
    ["`tags`.x iLike 'a'", condition('tag', 'x', 'ILIKE', 'a')],
    ["tag.1a = ''", condition('tag', '1a', '=', '')],
    ["params.αβ_1 != 'γ'", condition('param', 'αβ_1', '!=', 'γ')],
    ['params.x is not null', condition('param', 'x', 'IS NOT NULL', null)],
    ['tags.x IS NULL', condition('tag', 'x', 'IS NULL', null)],
    ["status = 'FINISHED'", condition('attribute', 'status', '=', 'FINISHED')],
    ["run.`Run name` = 'x'", condition('attribute', 'run_name', '=', 'x')],
    ['"run name" = \'x\'', condition('attribute', 'run_name', '=', 'x')],
    ['created > 5', condition('attribute', 'start_time', '>', 5)],
    ['run_id IN (\'a\', "b",)', condition('attribute', 'run_id', 'IN', ['a', 'b'])],
    ["datasets.digest not in ('a')", condition('dataset', 'digest', 'NOT IN', ['a'])],
    ['metrics.order > 1', condition('metric', 'order', '>', 1)],
  ]
  for (const [text, expected] of cases) {
    it(`reads ${text}`, () => assert.deepEqual(bare(parse(text)), expected))
  }

  it('lets AND bind tighter than OR, and NOT tighter than both', () => {
    const a = condition('metric', 'a', '>', 1)
    const b = condition('metric', 'b', '>', 1)
    const c = condition('metric', 'c', '>', 1)
    assert.deepEqual(bare(parse('metrics.a > 1 or not metrics.b > 1 And metrics.c > 1')), {
      kind: 'or',
      parts: [a, { kind: 'and', parts: [{ kind: 'not', part: b }, c] }],
    })
    assert.deepEqual(bare(parse('NOT (metrics.a > 1 OR metrics.b > 1)')), {
      kind: 'not',
      part: { kind: 'or', parts: [a, b] },
    })
  })

  it('matches everything if empty', () => {
    assert.deepEqual(parse(' \n'), { kind: 'and', parts: [] })
  })

  /** Filter, where it breaks (from 0), how the message begins (MLflow's words). */
  const broken: [string, number, string][] = [
    ["metrics.a > 'x'", 12, "Expected numeric value type for metric. Found 'x'"],
    ['metrics.a > x', 12, 'Expected numeric value type for metric. Found x'],
    ["start_time > 'x'", 13, 'Expected numeric value type for numeric attribute: start_time. Found'],
    ['params.a = 5', 11, "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 5"],
    ['params.a = x', 11, 'Parameter value is either not quoted or unidentified quote types'],
    ['metrics.a LIKE 5', 0, "Invalid comparator 'LIKE' not one of"],
    ['metrics.a == 5', 0, "Invalid comparator '==' not one of"],
    ["params.a > 'x'", 0, "Invalid comparator '>' not one of"],
    ["foo.bar = 'x'", 0, "Invalid entity type 'foo'. Valid values are"],
    ["foo = 'x'", 0, "Invalid attribute key 'foo' specified. Valid keys are"],
    ["constructor = 'x'", 0, "Invalid attribute key 'constructor' specified"],
    ["dataset.foo = 'x'", 0, "Invalid dataset key 'foo' specified. Valid keys are"],
    [
      "status IN ('x')",
      10,
      "Only ['run_id'] attributes support comparison with a list of quoted string values.",
    ],
    ['run_id IN ()', 11, 'While parsing a list in the query, expected a non-empty list'],
    ['run_id IN (5)', 11, 'While parsing a list in the query, expected string value'],
    ["run_id IN ('a' 'b')", 15, "Invalid clause(s) in filter string: ''b''"],
    ['metrics.a IS NULL', 0, 'IS NULL / IS NOT NULL is only supported for tags and params'],
    ['metrics.a >', 11, 'Invalid clause(s) in filter string: it ends too early'],
    ['metrics.a', 0, "Invalid clause(s) in filter string: 'metrics.a'"],
    ['> 5', 0, "Invalid clause(s) in filter string: '>'"],
    ['metrics.a-b > 5', 0, "Invalid comparison clause. Expected 'Identifier' found 'metrics.a-b'"],
    ['metrics.a/b > 5', 0, "Invalid comparison clause. Expected 'Identifier' found 'metrics.a/b'"],
    ['metrics.a > 1 AND', 17, 'Invalid clause(s) in filter string'],
    ['AND metrics.a > 1', 0, "Invalid clause(s) in filter string: 'AND'"],
    ['metrics.a > 1 metrics.b > 1', 14, "Invalid clause(s) in filter string: 'metrics.b'"],
    ['metrics.a > 1;', 13, "Invalid clause(s) in filter string: ';'"],
    ['(metrics.a > 1', 14, 'Invalid clause(s) in filter string'],
    ['metrics.a > 1)', 13, "Invalid clause(s) in filter string: ')'"],
    ["params.a = 'open", 11, "Invalid clause(s) in filter string: ''open'"],
    ['('.repeat(60) + 'metrics.a > 1' + ')'.repeat(60), 51, 'Invalid filter: nested too deeply'],
  ]
  for (const [text, position, says] of broken) {
    it(`refuses ${text.slice(0, 40)}, and says where`, () => {
      assert.throws(
        () => parse(text),
        (error: unknown) => {
          assert(error instanceof FilterError)
          assert(error.message.startsWith(says), error.message)
          assert.equal(error.position, position)
          assert(error.message.endsWith(`(at character ${position + 1})`))
          return true
        },
      )
    })
  }

  it('refuses more conditions than a database can hold in one question', () => {
    const many = Array.from({ length: 301 }, () => 'metrics.a > 1').join(' AND ')
    assert.throws(() => parse(many), /more than 300 conditions/)
  })

  it('reads back what was printed', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        assert.deepEqual(bare(parse(printFilter(filter))), bare(filter))
      }),
    )
  })

  it('reads any text or says what is wrong with it, and where', () => {
    const pieces = fc.constantFrom(
      ...[
        'metrics.a',
        'params.`x y`',
        "tags.'",
        'AND',
        'OR',
        'NOT',
        '(',
        ')',
        'IN',
        'IS',
        'NULL',
        'LIKE',
        '>',
        '=',
      ],
      ...[
        "'x'",
        '"',
        '`',
        '5',
        '-1e5',
        '.',
        ',',
        ';',
        '--',
        ' ',
        '\n',
        'run_id',
        'dataset.name',
        '__proto__',
        '\0',
      ],
    )
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 12 }).map((words) => words.join(' ')),
      fc.array(pieces, { maxLength: 12 }).map((words) => words.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parse(text)
        } catch (error) {
          assert(error instanceof FilterError && error instanceof Problem)
          assert(error.position >= 0 && error.position <= text.length)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe('tokenize()', () => {
  it('leaves out nothing but blanks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const kept = tokenize(text).map((token) => token.text)
        assert.equal(kept.join('').replace(/\s/gu, ''), text.replace(/\s/gu, ''))
      }),
    )
  })
})

describe('parseOrderBy()', () => {
  it('reads fields and directions', () => {
    assert.deepEqual(parseOrderBy(['metrics.`a b` DESC', 'created', "params.'x y' asc"], runGrammar), [
      { type: 'metric', key: 'a b', descending: true },
      { type: 'attribute', key: 'start_time', descending: false },
      { type: 'param', key: 'x y', descending: false },
    ])
  })

  const broken: [string[], RegExp][] = [
    [['metrics.a up'], /^Invalid ordering key in order_by clause 'metrics.a up'/],
    [['metrics.a DESC x'], /^Invalid order_by clause 'metrics.a DESC x'. Could not be parsed/],
    [[''], /^Invalid order_by clause ''. Could not be parsed/],
    [['5'], /Could not be parsed/],
    [['foo'], /^Invalid attribute key 'foo'/],
    [['dataset.name'], /^Invalid order_by entity type 'dataset'/],
    [['metrics.a', 'metric.a DESC'], /contains duplicate fields/],
  ]
  for (const [clauses, says] of broken) {
    it(`refuses ${JSON.stringify(clauses)}`, () => {
      assert.throws(
        () => parseOrderBy(clauses, runGrammar),
        (error: unknown) => error instanceof FilterError && says.test(error.message),
      )
    })
  }
})
