import { listPoints, triedKeys } from './draw.ts'
import type { Sampler } from './sampler.ts'
import { countValues, meets, pointKey, valueAt, type Parameter, type Space, type Value } from './space.ts'
import type { Study } from './trial.ts'
import { fromUnit } from './unit.ts'

/** How fine a grid is. */
export interface GridOptions {
  /** So many values of a number that has more, evenly from one end to the other. */
  readonly values?: number
}

/**
 * Every combination, the last parameter fastest. Without `values`, numbers get as many as keep the grid within the
 * study's trials (100 if nobody said), at least 2. Ends when the grid has been tried.
 */
export function gridSampler(options: GridOptions = {}): Sampler {
  return {
    name: 'grid',
    ask(study, history) {
      const grid = gridOf(study, options.values)
      const tried = triedKeys(study.space, history)
      let count = 0
      for (const point of listPoints(grid)) {
        if (!meets(study.space, point)) continue
        count++
        if (!tried.has(pointKey(study.space, point)))
          return { kind: 'point', point, says: `point ${count} of the grid` }
      }
      return { kind: 'exhausted', says: `all ${count} points of the grid were tried` }
    },
  }
}

/** The space with each parameter as the list of its values on the grid. */
function gridOf({ space, trials }: Study, values: number | undefined): Space {
  const fineness = values ?? fitting(space, trials ?? 100)
  const parameters = space.parameters.map((parameter): Parameter => {
    const { name, when } = parameter
    return { kind: 'choice', name, choices: gridValues(parameter, fineness), ordered: false, when }
  })
  return { ...space, parameters }
}

function fitting(space: Space, trials: number): number {
  const size = (values: number): number =>
    space.parameters.reduce((product, parameter) => product * sizeOn(parameter, values), 1)
  let values = 2
  while (values < 1000 && size(values + 1) <= trials) values++
  return values
}

function sizeOn(parameter: Parameter, values: number): number {
  return parameter.kind === 'choice' ? countValues(parameter) : Math.min(countValues(parameter), values)
}

function gridValues(parameter: Parameter, values: number): Value[] {
  const count = countValues(parameter)
  if (parameter.kind === 'choice' || count <= values) {
    return Array.from({ length: count }, (_, index) => valueAt(parameter, index))
  }
  const places = Array.from({ length: values }, (_, index) => fromUnit(parameter, index / (values - 1)))
  return [...new Set(places)]
}
