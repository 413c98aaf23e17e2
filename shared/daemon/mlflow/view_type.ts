import type { RunSearch } from '../../runs/search.ts'
import type { Field } from './validation.ts'

/** MLflow's ViewType, by name or number, as protobuf's JSON has enums. */
export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL'

const names = ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'] as const

/** What lies in the trash is wanted, or what does not, or both. */
export const viewType: Field<ViewType, false> = {
  read: (value) => {
    const number =
      typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : 0
    return names.find((name) => name === value) ?? names[number - 1]
  },
  required: false,
}

/** Our word for it; active if nothing was said. */
export function readView(type: ViewType | undefined): NonNullable<RunSearch['view']> {
  return type === 'ALL' ? 'all' : type === 'DELETED_ONLY' ? 'deleted' : 'active'
}
