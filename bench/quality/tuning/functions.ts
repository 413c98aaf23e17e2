import { seedRandom } from '../../../shared/base/random.ts'
import { drawPoint } from '../../../shared/tuning/draw.ts'
import type { Point } from '../../../shared/tuning/space.ts'
import { parseSpaceText } from '../../../shared/tuning/space_text.ts'
import type { HpoProblem } from './problem.ts'

/**
 * Functions with a known least value. The shapes are the usual ones (Jamil and Yang 2013, arXiv 1308.4008; Surjanovic
 * and Bingham, Virtual Library of Simulation Experiments); the mixed and conditional ones are made like the spaces
 * that people tune: logarithms, whole numbers, choices, branches.
 */
export function testFunctions(): HpoProblem[] {
  return [
    continuous('Branin', {
      dimensions: 2,
      low: 0,
      high: 15,
      optimum: 0.397887,
      at: ([x = 0, y = 0]) => branin(x - 5, y),
    }),
    continuous('Hartmann 6', { dimensions: 6, low: 0, high: 1, optimum: -3.32237, at: hartmann6 }),
    continuous('Ackley 5', { dimensions: 5, low: -20, high: 32, optimum: 0, at: ackley }),
    continuous('Levy 8', { dimensions: 8, low: -10, high: 10, optimum: 0, at: levy }),
    continuous('Rosenbrock 4', { dimensions: 4, low: -2.5, high: 5, optimum: 0, at: rosenbrock }),
    continuous('Styblinski-Tang 5', {
      dimensions: 5,
      low: -5,
      high: 5,
      optimum: -39.16616570377142 * 5,
      at: styblinski,
    }),
    continuous('Rastrigin 4', { dimensions: 4, low: -3.5, high: 5.12, optimum: 0, at: rastrigin }),
    named(
      'mixed',
      'network',
      [
        'rate=log(1e-5,1)',
        'decay=log(1e-8,1)',
        'layers=int(1,6)',
        'units=int(16,1024,log)',
        'drop=float(0,0.8)',
        'act=choice(relu,tanh,elu,linear)',
        'norm=bool',
      ],
      network,
      0,
    ),
    named(
      'mixed',
      'boosting',
      [
        'eta=log(0.001,1)',
        'depth=int(1,15)',
        'trees=int(10,2000,log)',
        'rows=float(0.1,1)',
        'columns=float(0.1,1)',
        'leaf=int(1,100,log)',
        'l2=log(1e-6,100)',
      ],
      boosting,
      0,
    ),
    named(
      'conditional',
      'svm',
      [
        'kernel=choice(linear,rbf,poly)',
        'c=log(1e-4,1e4)',
        'gamma=log(1e-5,1e3) if kernel in (rbf,poly)',
        'degree=int(2,6) if kernel=poly',
        'coef=float(-2,2) if kernel=poly',
      ],
      svm,
      0,
    ),
    named(
      'conditional',
      'model',
      [
        'model=choice(tree,net,linear)',
        'depth=int(1,20) if model=tree',
        'leaf=int(1,64,log) if model=tree',
        'rate=log(1e-5,1) if model=net',
        'units=int(4,512,log) if model=net',
        'drop=float(0,0.9) if model=net',
        'penalty=choice(l1,l2,off) if model=linear',
        'alpha=log(1e-6,100) if penalty in (l1,l2)',
      ],
      modelChoice,
      0,
    ),
  ]
}

interface Shape {
  dimensions: number
  low: number
  high: number
  optimum: number
  at: (x: readonly number[]) => number
}

function continuous(name: string, { dimensions, low, high, optimum, at }: Shape): HpoProblem {
  const names = Array.from({ length: dimensions }, (_, index) => `x${index}`)
  const lines = names.map((own) => `${own}=float(${low},${high})`)
  return named('continuous', name, lines, (point) => at(names.map((own) => Number(point[own]))), optimum)
}

/** A problem as the list above has it. */
type Named = [family: string, name: string, lines: string[], loss: (point: Point) => number, optimum: number]

function named(...[family, name, lines, loss, optimum]: Named): HpoProblem {
  const space = parseSpaceText(lines)
  const random = seedRandom('the middle of a function')
  const drawn = Array.from({ length: 2001 }, () => loss(drawPoint(space, random))).sort((a, b) => a - b)
  return { family, name, space, loss, optimum, middle: drawn[1000]! }
}

function branin(x: number, y: number): number {
  const bent = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6
  return bent * bent + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10
}

function hartmann6(x: readonly number[]): number {
  const alpha = [1, 1.2, 3, 3.2]
  const a = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ]
  const p = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
  ]
  return -alpha.reduce((sum, weight, row) => {
    const inner = x.reduce((all, value, k) => all + a[row]![k]! * (value - p[row]![k]! * 1e-4) ** 2, 0)
    return sum + weight * Math.exp(-inner)
  }, 0)
}

function ackley(x: readonly number[]): number {
  const n = x.length
  const squares = x.reduce((sum, value) => sum + value * value, 0) / n
  const waves = x.reduce((sum, value) => sum + Math.cos(2 * Math.PI * value), 0) / n
  return -20 * Math.exp(-0.2 * Math.sqrt(squares)) - Math.exp(waves) + 20 + Math.E
}

function levy(x: readonly number[]): number {
  const w = x.map((value) => 1 + (value - 1) / 4)
  const first = Math.sin(Math.PI * w[0]!) ** 2
  const last = (w.at(-1)! - 1) ** 2 * (1 + Math.sin(2 * Math.PI * w.at(-1)!) ** 2)
  return w
    .slice(0, -1)
    .reduce((sum, v) => sum + (v - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * v + 1) ** 2), first + last)
}

function rosenbrock(x: readonly number[]): number {
  return x
    .slice(0, -1)
    .reduce((sum, value, k) => sum + 100 * (x[k + 1]! - value * value) ** 2 + (1 - value) ** 2, 0)
}

function styblinski(x: readonly number[]): number {
  return x.reduce((sum, v) => sum + (v ** 4 - 16 * v * v + 5 * v) / 2, 0)
}

function rastrigin(x: readonly number[]): number {
  return x.reduce((sum, v) => sum + v * v - 10 * Math.cos(2 * Math.PI * v) + 10, 0)
}

/** A valley around a learning rate that falls with the width, a bowl for the rest, an offset for each choice. */
function network(point: Point): number {
  const { rate, decay, layers, units, drop } = numbers(point)
  const width = Math.log2(units!)
  const bestRate = -2.2 - 0.15 * (width - 7)
  const valley = 1 - Math.exp(-((Math.log10(rate!) - bestRate) ** 2) / 0.8)
  const bowl =
    0.02 * (Math.log10(decay!) + 4) ** 2 +
    0.05 * (layers! - 3) ** 2 +
    0.03 * (width - 8) ** 2 +
    (drop! - 0.25) ** 2
  const act = { relu: 0, elu: 0.04, tanh: 0.12, linear: 0.5 }[String(point.act)] ?? 1
  // 2^8 units, hence a rate of 10^-2.35, are the best: the least value is 0.
  return valley + bowl + act + (point.norm === true ? 0 : 0.1)
}

function boosting(point: Point): number {
  const { eta, depth, trees, rows, columns, leaf, l2 } = numbers(point)
  const learned = Math.log10(eta! * trees!) - 1.3
  const under = learned < 0 ? 0.5 * learned * learned : 0.15 * learned * learned
  const coarse = 0.2 * Math.max(0, Math.log10(eta!) + 1.5) ** 2
  const shape = 0.01 * (depth! - 6) ** 2 + 0.1 * (rows! - 0.8) ** 2 + 0.2 * (columns! - 0.6) ** 2
  return under + coarse + shape + 0.02 * Math.log2(leaf! / 8) ** 2 + 0.01 * Math.log10(l2!) ** 2
}

function svm(point: Point): number {
  const { c, gamma, degree, coef } = numbers(point)
  const cost = Math.log10(c!)
  if (point.kernel === 'linear') return 0.25 + 0.03 * (cost + 1) ** 2
  const spread = Math.log10(gamma!)
  const ridge = 0.05 * (cost + spread + 0.5) ** 2 + 0.08 * (spread + 1.5) ** 2
  if (point.kernel === 'rbf') return 1 - Math.exp(-ridge)
  return 0.12 + 1 - Math.exp(-ridge - 0.05 * (degree! - 3) ** 2 - 0.05 * (coef! - 0.5) ** 2)
}

function modelChoice(point: Point): number {
  const { depth, leaf, rate, units, drop, alpha } = numbers(point)
  if (point.model === 'tree') return 0.15 + 0.004 * (depth! - 9) ** 2 + 0.02 * Math.log2(leaf! / 4) ** 2
  if (point.model === 'net') {
    const far = (Math.log10(rate!) + 2.7) ** 2 / 1.2 + (Math.log2(units! / 128) / 3) ** 2
    return 1 - Math.exp(-far) + (drop! - 0.3) ** 2
  }
  const shrink = point.penalty === 'off' ? 0.2 : 0.03 * (Math.log10(alpha!) + 1) ** 2
  return 0.3 + shrink + (point.penalty === 'l1' ? 0.02 : 0)
}

function numbers(point: Point): Partial<Record<string, number>> {
  return Object.fromEntries(Object.entries(point).map(([name, value]) => [name, Number(value)]))
}
