import { join } from 'node:path'
import type { StudySummary } from '../../api/study_methods.ts'
import { formatAge, formatNumber } from '../../base/quantity.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { formatTable } from './terminal.ts'
import { tuneSummary } from './tune_report.ts'

const changes = ['pause', 'resume', 'stop', 'cancel'] as const

/** `daybook studies`: lists them, shows one, or changes one. */
export function studiesCommand(
  context: CommandContext,
  id: string | undefined,
  options: Readonly<Record<string, boolean>>,
): Promise<number> {
  return withClient(context, async (client) => {
    if (id === undefined) {
      print(context, await client.call('studies.list', {}), showList)
      return 0
    }
    if (options['replay'] === true) {
      const replayed = await client.call('studies.replay', { id })
      print(context, replayed, ({ trials, different }) =>
        different.length === 0
          ? `All ${trials} proposals come out the same again.`
          : `${different.length} of ${trials} proposals come out different: trials ${different.slice(0, 10).join(', ')}`,
      )
      return replayed.different.length === 0 ? 0 : 1
    }
    if (options['register'] === true) {
      const made = await client.call('studies.registerBest', { id })
      print(context, made, ({ name, version }) => `Registered as version ${version} of "${name}".`)
      return 0
    }
    for (const to of changes) if (options[to] === true) await client.call('studies.change', { id, to })
    const written = options['writeBest'] === true ? await client.call('studies.writeBest', { id }) : null
    const study = await client.call('studies.get', { id })
    const notebook = join(context.root, study.notebook)
    print(context, study, (shown) => tuneSummary(context.terminal, shown, { written, notebook }))
    return 0
  })
}

function showList(studies: readonly StudySummary[]): string {
  if (studies.length === 0) return 'No studies yet: "daybook tune NOTEBOOK --metric NAME" begins one.'
  const rows = studies.map((study) => {
    const { best, trials, settings } = study
    const over = trials.complete + trials.pruned + trials.failed + trials.cancelled
    const value = best?.values[0]
    return [
      study.id,
      study.name,
      study.state,
      `${over}${settings.trials === null ? '' : `/${settings.trials}`}`,
      settings.objectives.map(({ metric }) => metric).join(', '),
      value === undefined ? '' : formatNumber(value),
      formatAge(Date.now() - study.createdAtMs),
    ]
  })
  const columns = ['study', 'name', 'state', 'trials', 'metric', 'best', 'begun'].map((title) => ({ title }))
  return formatTable(columns, rows)
}
