import type { z } from 'zod'

/** One thing that can be asked: how its parameters are parsed, and the type of its answer. */
export interface Method<Params extends z.ZodType, Result> {
  params: Params
  /** Only a type: answers come from our own daemon and are not parsed again. */
  readonly result?: Result
}

/** Declares a method: `method(z.object({ id: z.string() }))<Answer>()`. */
export function method<Params extends z.ZodType>(params: Params): <Result>() => Method<Params, Result> {
  return () => ({ params })
}
