import { Problem } from '../base/problem.ts'
import type { Store } from '../store/store.ts'
import { checkModelName } from './model_name.ts'

/** A registered model was asked for that this store does not hold. */
export class RegisteredModelNotFoundError extends Problem {
  constructor(name: string) {
    super('not_found', `Registered Model with name=${name} not found`, { details: { name } })
  }
}

/**
 * The number of a model.
 * @throws RegisteredModelNotFoundError
 */
export function requireModel(store: Store, name: string): number {
  checkModelName(name)
  const id = findModel(store, name)
  if (id === undefined) throw new RegisteredModelNotFoundError(name)
  return id
}

/** The number of a model; undefined if there is none of that name. */
export function findModel(store: Store, name: string): number | undefined {
  return store.get('SELECT id FROM registered_model WHERE name = ?', name)?.['id'] as number | undefined
}
