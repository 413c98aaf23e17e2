import type { HostPlan } from '../../compute/trial_host.ts'
import { assignments } from './study_search.ts'
import type { HostedStudy } from './trial_line.ts'

/** After this long without CPU, waiting on a lock, a trial stands still. */
const stallSeconds = Number(process.env['DAYBOOK_STALL_S'] ?? 10)

/** What a host of a study's trials is started with; `url` is where it asks for work. */
export function hostPlan(study: HostedStudy, url: string): HostPlan {
  const { record, document, search, cwd, seedParameter } = study
  const { settings, progress } = record
  const tagged = document.cells.find(({ type, tags }) => type === 'code' && tags.includes('parameters'))
  const names = search.search.space.parameters.map(({ name }) => name)
  const fixed = settings.parameters as Parameters<typeof assignments>[1]
  return {
    study: record.id,
    notebook: record.notebook,
    cwd,
    url,
    cells: document.cells
      .filter(({ type, source, tags }) => {
        return type === 'code' && source.trim() !== '' && !tags.includes('injected-parameters')
      })
      .map(({ index, id, source }) => ({ index, id, source })),
    parameters: seedParameter === null ? names : [...names, seedParameter],
    parameters_cell: tagged?.index ?? null,
    fixed: assignments(document, fixed),
    mode: settings.mode === 'prepared' || settings.mode === 'fork' ? settings.mode : 'auto',
    threads: Math.max(1, Math.floor(progress.cores)),
    parallel: progress.parallel,
    limits: {
      seconds: settings.trialTimeoutS,
      memory_bytes: settings.trialMemoryMb === null ? null : settings.trialMemoryMb * 1e6,
      stall_seconds: stallSeconds,
    },
  }
}
