import { Problem } from '../base/problem.ts'
import { parseConstraint } from './constraint.ts'
import { makeSpace } from './space.ts'
import type { Condition, Parameter, Space, Value } from './space.ts'
import { formatDomain, parseDomainText } from './space_text.ts'

/**
 * Reads a search space from what stands in a YAML or JSON file: a map of names, each with a text as on the command
 * line (`log(1e-4, 1e-1)`), a list of choices, or an object:
 *
 *     lr: log(1e-4, 1e-1)
 *     depth: { int: [2, 10], step: 2 }
 *     kind: [rbf, poly]
 *     degree: { int: [2, 5], if: { kind: poly } }
 *
 * @param constraints texts as `parseConstraint` reads them
 * @throws Problem `parameter_invalid` with the parameter and what is wrong with it
 */
export function parseSpaceObject(value: unknown, constraints: unknown = []): Space {
  if (!isObject(value)) {
    throw invalid('The search space is not a map of parameters', 'For example: lr: log(1e-4, 1e-1)')
  }
  if (!Array.isArray(constraints) || !constraints.every((text) => typeof text === 'string')) {
    throw invalid('The constraints are not a list of texts', 'For example: - min_leaf * 2 <= min_split')
  }
  const parameters = Object.entries(value).map(([name, domain]) => parseDomain(name, domain))
  return makeSpace(parameters, constraints.map(parseConstraint))
}

/** The space as an object that `parseSpaceObject` reads, made to be written as YAML. */
export function formatSpaceObject(space: Space): Record<string, string> {
  return Object.fromEntries(space.parameters.map((parameter) => [parameter.name, formatDomain(parameter)]))
}

function parseDomain(name: string, domain: unknown): Parameter {
  if (!/^[A-Za-z_][\w.]*$/.test(name))
    throw invalid(`"${name}" cannot be a parameter`, 'Use a variable name.')
  if (typeof domain === 'string') return parseDomainText(name, domain)
  if (Array.isArray(domain)) return choice(name, domain, [])
  if (!isObject(domain)) throw malformed(name)
  const when = parseWhen(name, domain.if)
  const unknown = Object.keys(domain).find((key) => !known.has(key))
  if (unknown !== undefined) {
    throw invalid(
      `"${name}" has "${unknown}", which a parameter does not have`,
      `Known: ${[...known].join(', ')}.`,
    )
  }
  const list = domain.choice ?? domain.ordered
  if (Array.isArray(list)) return choice(name, list, when, 'ordered' in domain)
  if (domain.bool !== undefined) return choice(name, [false, true], when)
  const kind = kinds.find((key) => domain[key] !== undefined)
  const range: unknown = kind === undefined ? undefined : domain[kind]
  const step = domain.step ?? null
  if (kind === undefined || !Array.isArray(range) || range.length !== 2) throw malformed(name)
  const [low, high] = range as unknown[]
  if (typeof low !== 'number' || typeof high !== 'number') throw malformed(name)
  if (step !== null && typeof step !== 'number') throw malformed(name)
  const log = kind.startsWith('log')
  if (kind === 'int' || kind === 'logint') return { kind: 'int', name, low, high, log, step: step ?? 1, when }
  return { kind: 'float', name, low, high, log, step, when }
}

const kinds = ['float', 'log', 'int', 'logint'] as const
const known: ReadonlySet<string> = new Set([...kinds, 'choice', 'ordered', 'bool', 'step', 'if'])

function choice(
  name: string,
  list: readonly unknown[],
  when: readonly Condition[],
  ordered = false,
): Parameter {
  return { kind: 'choice', name, choices: list.map((item) => parseValue(name, item)), ordered, when }
}

function parseWhen(name: string, when: unknown): Condition[] {
  if (when === undefined) return []
  if (!isObject(when)) throw malformed(name)
  return Object.entries(when).map(([parameter, among]) => ({
    parameter,
    among: (Array.isArray(among) ? among : [among]).map((item) => parseValue(name, item)),
  }))
}

function parseValue(name: string, value: unknown): Value {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as Value
  throw invalid(
    `"${name}" has a choice that is no plain value`,
    'Choices are numbers, texts, true, false or null.',
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(name: string): Problem {
  return invalid(
    `The range of "${name}" cannot be read`,
    `For example ${name}: log(1e-4, 1e-1), or ${name}: { int: [2, 10], step: 2 }, or ${name}: [a, b].`,
  )
}

function invalid(message: string, hint: string): Problem {
  return new Problem('parameter_invalid', message, { hint })
}
