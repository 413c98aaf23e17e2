import { isAbsolute, join } from 'node:path'
import type { DataInput, RestoredData } from '../api/run_methods.ts'
import { Problem } from '../base/problem.ts'
import { findDataCopy, restoreDataCopy } from '../runs/data_copy.ts'
import { readDataSource, waysBack } from '../runs/data_source.ts'
import type { Run } from '../runs/run_data.ts'

/** What a run read, and how each can be had again. */
export function dataInputs(run: Run, dataDir: string): DataInput[] {
  return run.datasets.map((set) => {
    const source = readDataSource(set)
    const hasCopy = source.sha256 !== null && findDataCopy(dataDir, source.sha256) !== null
    return {
      name: set.name,
      digest: set.digest,
      source: set.source,
      context: set.tags['mlflow.data.context'] ?? null,
      place: source.place,
      sizeBytes: source.sizeBytes,
      sha256: source.sha256,
      hasCopy,
      reproduce: waysBack(source, hasCopy),
    }
  })
}

/**
 * Writes data of a run back into a folder. Of two files of one name the later ones get their digest in front.
 * @param names which; none: all that have a copy
 * @throws Problem `not_found` for a name that the run did not read or that has no copy, `conflict` for a file in the way
 */
export async function restoreData(
  { run, dataDir }: { run: Run; dataDir: string },
  names: readonly string[],
  to: string,
): Promise<RestoredData[]> {
  if (!isAbsolute(to)) throw new Problem('bad_request', `"${to}" is no absolute path`)
  const restored: RestoredData[] = []
  const taken = new Set<string>()
  for (const input of wanted(dataInputs(run, dataDir), names)) {
    const plain = input.name.replace(/[/\\\u0000-\u001f]/g, '_').replace(/^\.+$/, '_')
    const name = taken.has(plain) ? `${input.digest}-${plain}` : plain
    taken.add(name)
    const path = join(to, name)
    const written = await restoreDataCopy(dataDir, input.sha256 ?? '', path)
    restored.push({ name: input.name, path, sizeBytes: input.sizeBytes ?? 0, written })
  }
  return restored
}

function wanted(inputs: readonly DataInput[], names: readonly string[]): DataInput[] {
  for (const name of names) {
    const found = inputs.filter((input) => input.name === name)
    if (found.length === 0) {
      throw new Problem('not_found', `The run read no data called "${name}"`, {
        hint: '"daybook show RUN" lists what it read.',
      })
    }
    if (!found.some(({ hasCopy }) => hasCopy)) {
      throw new Problem('not_found', `There is no copy of "${name}": it ${sentence(found[0])}`)
    }
  }
  const kept = inputs.filter(({ name, hasCopy }) => hasCopy && (names.length === 0 || names.includes(name)))
  if (kept.length > 0) return kept
  throw new Problem('not_found', 'There are no copies of the data that this run read', {
    hint: 'Files of up to 50 MB are copied; DAYBOOK_DATA_COPY_BYTES changes the limit for runs to come.',
  })
}

function sentence(input: DataInput | undefined): string {
  const how = input?.reproduce ?? 'cannot be reproduced'
  return how.startsWith('by ') ? `can be had ${how} only` : how
}
