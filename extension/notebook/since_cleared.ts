import type { CellOutput } from '../../shared/api/cell_methods.ts'
import { outputChange } from '../../shared/api/output_change.ts'

/**
 * What of a cell's outputs is shown after its user cleared them while it ran: what came or changed since, of a stream
 * only what was added.
 *
 * @param cleared what was shown when it was cleared
 * @param all every output of the cell; those that did not change are the same objects
 * @returns null where the cell has cleared its outputs itself since: then all there is has come since
 */
export function sinceCleared(
  cleared: readonly CellOutput[],
  all: readonly CellOutput[],
): readonly CellOutput[] | null {
  if (all.length < cleared.length) return null
  const { set, append } = outputChange(cleared, all) ?? { set: [], append: [] }
  const added = append.flatMap(([i, text]): [number, CellOutput][] => {
    const stream = all[i]
    return stream?.output_type === 'stream' ? [[i, { ...stream, text }]] : []
  })
  return [...set, ...added].sort(([a], [b]) => a - b).map(([, output]) => output)
}
