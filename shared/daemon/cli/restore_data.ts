import { resolve } from 'node:path'
import { print, withClient, type CommandContext } from './context.ts'
import { formatBytes } from '../../base/quantity.ts'
import { formatTable } from './terminal.ts'

/** `daybook restore-data RUN [NAME…] --to FOLDER`: writes data files that a run read back, as it read them. */
export async function restoreDataCommand(
  context: CommandContext,
  id: string,
  { names, to }: { names: string[]; to: string },
): Promise<number> {
  const restored = await withClient(context, (client) =>
    client.call('runs.restoreData', { id, names, to: resolve(to) }),
  )
  print(context, restored, () => {
    const rows = restored.map(({ path, sizeBytes, written }) => [
      path,
      formatBytes(sizeBytes),
      written ? 'written' : 'there already, the same',
    ])
    return formatTable([{ title: 'FILE' }, { title: 'SIZE', align: 'right' }, { title: '' }], rows)
  })
  return 0
}
