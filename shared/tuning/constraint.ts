import { Problem } from '../base/problem.ts'

/** A relation between parameters that a point must meet, known before anything is run. */
export interface Constraint {
  /** As it was written, for example `min_leaf * 2 <= min_split`. */
  readonly text: string
  /** The parameters that it names. */
  readonly names: readonly string[]
  /** True where it is met, and where it names a parameter that the point does not have. */
  readonly holds: (point: Settings) => boolean
}

/**
 * Reads a relation of two arithmetic expressions over parameters: numbers, names, `+ - * /`, parentheses, and one
 * of `<= < >= >`.
 * @throws Problem `parameter_invalid` with the place that cannot be read
 */
export function parseConstraint(text: string): Constraint {
  const tokens = [...text.matchAll(/\s*(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|[A-Za-z_]\w*|<=|>=|[-+*/()<>]|\S)/g)]
  const reader = new Reader(
    text,
    tokens.map(([, token]) => token ?? ''),
  )
  const left = reader.sum()
  const relation = reader.relation()
  const right = reader.sum()
  reader.end()
  const names = [...reader.names]
  return {
    text,
    names,
    holds(point) {
      if (names.some((name) => typeof point[name] !== 'number')) return true
      return relation(left(point), right(point))
    },
  }
}

type Settings = Readonly<Record<string, unknown>>

type Expression = (point: Settings) => number

const relations: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '<=': (left, right) => left <= right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
  '>': (left, right) => left > right,
}

/** Recursive descent: a sum of products of numbers, names and parentheses. */
class Reader {
  readonly names = new Set<string>()
  readonly #text: string
  readonly #tokens: readonly string[]
  #at = 0

  constructor(text: string, tokens: readonly string[]) {
    this.#text = text
    this.#tokens = tokens
  }

  sum(): Expression {
    let sum = this.#product()
    for (;;) {
      const left = sum
      if (this.#take('+')) {
        const right = this.#product()
        sum = (point) => left(point) + right(point)
      } else if (this.#take('-')) {
        const right = this.#product()
        sum = (point) => left(point) - right(point)
      } else return sum
    }
  }

  relation(): (left: number, right: number) => boolean {
    const relation = relations[this.#tokens[this.#at] ?? '']
    if (relation === undefined) throw this.#unreadable()
    this.#at++
    return relation
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw this.#unreadable()
  }

  #product(): Expression {
    let product = this.#single()
    for (;;) {
      const left = product
      if (this.#take('*')) {
        const right = this.#single()
        product = (point) => left(point) * right(point)
      } else if (this.#take('/')) {
        const right = this.#single()
        product = (point) => left(point) / right(point)
      } else return product
    }
  }

  #single(): Expression {
    if (this.#take('-')) {
      const single = this.#single()
      return (point) => -single(point)
    }
    if (this.#take('(')) {
      const inner = this.sum()
      if (!this.#take(')')) throw this.#unreadable()
      return inner
    }
    const token = this.#tokens[this.#at] ?? ''
    if (/^[A-Za-z_]/.test(token)) {
      this.#at++
      this.names.add(token)
      return (point) => Number(point[token])
    }
    if (!/^[\d.]/.test(token)) throw this.#unreadable()
    this.#at++
    const number = Number(token)
    return () => number
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at++
    return true
  }

  #unreadable(): Problem {
    const token = this.#tokens[this.#at]
    const where = token === undefined ? 'at its end' : `at "${token}"`
    return new Problem('parameter_invalid', `The constraint "${this.#text}" cannot be read ${where}`, {
      hint: 'A constraint compares two expressions, for example: min_leaf * 2 <= min_split',
    })
  }
}
