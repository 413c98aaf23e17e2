import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseConstraint } from '../../shared/tuning/constraint.ts'
import { offerRange } from '../../shared/tuning/offer.ts'
import { contains, holds, makeSpace, type Parameter } from '../../shared/tuning/space.ts'
import { formatSpaceObject, parseSpaceObject } from '../../shared/tuning/space_object.ts'
import { formatParameter, parseParameterText, parseSpaceText } from '../../shared/tuning/space_text.ts'
import { fromUnit, toUnit } from '../../shared/tuning/unit.ts'

const names = fc.constantFrom('lr', 'depth', 'model.width', '_x')
const words = fc.oneof(
  fc.constantFrom<string>('a', 'rbf', 'l-1', 'true', '12', 'with space', "it's", 'a,b', '(', ''),
  fc.integer({ min: -5, max: 5 }),
  fc.boolean(),
  fc.constant(null),
)
const anyParameter: fc.Arbitrary<Parameter> = fc.oneof(
  fc
    .tuple(
      names,
      fc.double({ min: 1e-6, max: 10, noNaN: true }),
      fc.double({ min: 0, max: 1e3, noNaN: true }),
      fc.boolean(),
    )
    .map(([name, low, wide, log]) => ({
      kind: 'float' as const,
      name,
      low,
      high: low + wide,
      log,
      step: null,
      when: [],
    })),
  fc
    .tuple(names, fc.integer({ min: 1, max: 50 }), fc.nat(500), fc.boolean(), fc.integer({ min: 1, max: 7 }))
    .map(([name, low, wide, log, step]) => ({
      kind: 'int' as const,
      name,
      low,
      high: low + wide,
      log,
      step,
      when: [],
    })),
  fc
    .tuple(names, fc.uniqueArray(words, { minLength: 1, maxLength: 6 }), fc.boolean())
    .map(([name, choices, ordered]) => ({ kind: 'choice' as const, name, choices, ordered, when: [] })),
)

describe('a search space', () => {
  it('is read from lines as they are typed', () => {
    const { parameters, constraints } = parseSpaceText([
      'lr=log(1e-4,1e-1)',
      'depth = int(2, 10)',
      'kind=choice(a, "b c", 3, true, none)',
      'drop=float(0,0.5,0.1)',
      'units=int(16,512,log)',
      'flag=bool',
      'degree=int(2,6,step=2) if kind in (a, 3) and flag=true',
      'depth * 2 <= units',
    ])
    assert.deepEqual(parameters.map(formatParameter), [
      'lr=log(0.0001,0.1)',
      'depth=int(2,10)',
      'kind=choice(a,"b c",3,true,null)',
      'drop=float(0,0.5,step=0.1)',
      'units=int(16,512,log)',
      'flag=bool',
      'degree=int(2,6,step=2) if kind in (a,3) and flag=true',
    ])
    assert.deepEqual(
      constraints.map(({ names }) => names),
      [['depth', 'units']],
    )
  })
  it('is read from what stands in YAML, as text, list or object', () => {
    const space = parseSpaceObject(
      {
        lr: 'log(1e-4, 1e-1)',
        depth: { int: [2, 10], step: 2 },
        kind: ['rbf', 'poly'],
        size: { ordered: [1, 2, 4] },
        degree: { int: [2, 5], if: { kind: 'poly', size: [1, 2] } },
      },
      ['depth <= 8'],
    )
    assert.deepEqual(formatSpaceObject(space), {
      lr: 'log(0.0001,0.1)',
      depth: 'int(2,10,step=2)',
      kind: 'choice(rbf,poly)',
      size: 'ordered(1,2,4)',
      degree: 'int(2,5) if kind=poly and size in (1,2)',
    })
    assert.deepEqual(parseSpaceObject(formatSpaceObject(space)).parameters, space.parameters)
  })
  it('is written so that it is read as the same', () => {
    fc.assert(
      fc.property(anyParameter, (parameter) => {
        assert.deepEqual(parseParameterText(formatParameter(parameter)), parameter)
      }),
    )
  })
  it('names what is wrong', () => {
    const wrong: [string[], RegExp][] = [
      [['lr=log(0,1)'], /"lr" is logarithmic and starts at 0/],
      [['lr=float(2,1)'], /from 2 down to 1/],
      [['lr=flot(1,2)'], /"lr=flot\(1,2\)", which cannot be read/],
      [['lr=float(1)'], /cannot be read/],
      [['lr=float(1,,2)'], /cannot be read/],
      [['lr=float(1,nan)'], /cannot be read/],
      [['n=int(1,2.5)'], /whole/],
      [['n=int(1,5,step=0)'], /step of 0/],
      [['k=choice()'], /no choices/],
      [['k=choice(a,a)'], /has a twice/],
      [['a=bool', 'a=bool'], /there twice/],
      [['b=int(1,2) if a=1', 'a=int(1,2)'], /does not come before/],
      [['a=int(1,2)', 'b=int(1,2) if a=3'], /is 3, which it never is/],
      [['a=int(1,2)', 'a <= c'], /needs "c"/],
      [['a=int(1,2)', 'a <= (1'], /cannot be read at its end/],
      [['a=int(1,2)', 'a'], /cannot be read at its end/],
      [[], /no parameters/],
    ]
    for (const [lines, says] of wrong) assert.throws(() => parseSpaceText(lines), says, lines.join('; '))
    for (const value of [
      null,
      [],
      { a: 5 },
      { a: { int: [1] } },
      { a: { int: [1, 2], stpe: 1 } },
      { a: [[]] },
    ]) {
      assert.throws(() => parseSpaceObject(value), { code: 'parameter_invalid' })
    }
  })
  it('never breaks on any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const read of [() => parseSpaceText([text]), () => parseParameterText(`x=int(${text})`)]) {
          try {
            read()
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'parameter_invalid')
          }
        }
      }),
    )
  })
  it('knows which points belong to it', () => {
    const space = parseSpaceText([
      'kind=choice(a,b)',
      'n=int(1,9,step=2) if kind=b',
      'x=float(0,1,0.1)',
      'n <= 7',
    ])
    assert.ok(contains(space, { kind: 'a', x: 0.3 }))
    assert.ok(contains(space, { kind: 'b', n: 7, x: 0.1 * 3 }))
    for (const point of [
      { kind: 'a', n: 1, x: 0 },
      { kind: 'b', x: 0 },
      { kind: 'b', n: 9, x: 0 },
      { kind: 'b', n: 2, x: 0 },
      { kind: 'a', x: 0.35 },
      { kind: 'c', x: 0 },
      { kind: 'a', x: 0, y: 1 },
    ]) {
      assert.ok(!contains(space, point), JSON.stringify(point))
    }
  })
  it('goes from a place between 0 and 1 to a value and back', () => {
    fc.assert(
      fc.property(anyParameter, fc.double({ min: 0, max: 1, noNaN: true }), (parameter, unit) => {
        const value = fromUnit(parameter, unit)
        assert.ok(holds(parameter, value))
        const again = fromUnit(parameter, toUnit(parameter, value))
        if (typeof value === 'number' && typeof again === 'number') {
          assert.ok(Math.abs(again - value) <= 1e-9 * Math.max(1, Math.abs(value)), `${value} ${again}`)
        } else assert.equal(again, value)
      }),
    )
  })
})

describe('a constraint', () => {
  it('computes as written, products before sums, from the left', () => {
    const holdsAt = (text: string): boolean => parseConstraint(text).holds({ a: 7, b: 2 })
    assert.ok(holdsAt('a - b - 1 >= 4'))
    assert.ok(!holdsAt('a - b - 1 > 4'))
    assert.ok(holdsAt('a / b / 2 < 1.76'))
    assert.ok(holdsAt('-(a + b) * 2 <= -1.8e1'))
    assert.ok(holdsAt('unknown > 100'), 'does not apply where a parameter is not active')
  })
})

describe('an offered range', () => {
  it('follows the usual name', () => {
    assert.equal(
      formatParameter(offerRange('learning_rate', 0.01)!.parameter),
      'learning_rate=log(0.0001,0.3)',
    )
    assert.equal(formatParameter(offerRange('max_depth', 40)!.parameter), 'max_depth=int(2,40)')
    assert.equal(formatParameter(offerRange('shuffle', true)!.parameter), 'shuffle=bool')
    assert.equal(
      formatParameter(offerRange('kernel', 'rbf')!.parameter),
      'kernel=choice(linear,poly,rbf,sigmoid)',
    )
  })
  it('else follows the value, and offers nothing for what is not tuned', () => {
    assert.equal(formatParameter(offerRange('window', 8)!.parameter), 'window=int(2,32)')
    assert.equal(formatParameter(offerRange('rows', 1000)!.parameter), 'rows=int(250,4000,log)')
    assert.equal(formatParameter(offerRange('tolerance', 0.001)!.parameter), 'tolerance=log(0.0001,0.01)')
    for (const [name, value] of [
      ['seed', 7],
      ['random_state', 1],
      ['path', 'a.csv'],
      ['title', 'x'],
      ['n', 0],
    ] as const) {
      assert.equal(offerRange(name, value), null)
    }
  })
  it('holds the present value and makes a space, whatever name and value', () => {
    const anyName = fc.constantFrom(
      'lr',
      'C',
      'gamma',
      'alpha',
      'dropout',
      'n_estimators',
      'layers',
      'thing',
      'momentum',
    )
    fc.assert(
      fc.property(anyName, fc.oneof(fc.double({ noNaN: true }), fc.integer()), (name, value) => {
        const offer = offerRange(name, value)
        if (offer === null) return
        makeSpace([offer.parameter])
        const { parameter } = offer
        if (parameter.kind !== 'choice' && parameter.log && value <= 0) return
        assert.ok(holds(parameter, value), `${name} ${value}`)
      }),
    )
  })
})
