import type { Handlers } from '../../api/contract.ts'
import type { OfferedParameter, studyMethods } from '../../api/study_methods.ts'
import { defaultParallel } from '../../compute/allocate.ts'
import type { DeviceLeases } from '../../compute/lease.ts'
import { readMachine } from '../../compute/machine.ts'
import { readNotebook, writeNotebook } from '../../notebook/file.ts'
import { readParameters } from '../../notebook/parameters.ts'
import { setDefaults } from '../../notebook/set_parameters.ts'
import { guessDirection } from '../../runs/metric_direction.ts'
import { pointKey } from '../../tuning/space.ts'
import { formatDomain } from '../../tuning/space_text.ts'
import { Problem } from '../../base/problem.ts'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Store } from '../../store/store.ts'
import { readStudyFile, studyFileOf } from '../study/study_file.ts'
import { asTrial, tellTrial } from '../study/study_record.ts'
import { ask, offerFor, pointValues } from '../study/study_search.ts'
import { searchOf, type Studies } from '../study/studies.ts'
import { readSuggestions } from '../study/suggestions.ts'
import { orderTrials } from '../study/trial_window.ts'
import { notebookPath } from './study_page_handlers.ts'

/** What the handlers about studies need. */
export interface StudyHandlerParts {
  studies: Studies
  store: Store
  leases: DeviceLeases
  root: string
}

type StudyHandlers = Pick<Handlers, keyof typeof studyMethods>

/** Answers everything about studies. */
export function studyHandlers({ studies, store, leases, root }: StudyHandlerParts): StudyHandlers {
  return {
    'studies.offer': async ({ notebook: given }) => {
      const notebook = notebookPath(root, given)
      const { document } = await readNotebook(notebook)
      const file = studyFileOf(notebook)
      const parameters = readParameters(document).map(({ name, text, value }): OfferedParameter => {
        const offer = offerFor(name, value)
        return {
          name,
          text,
          range: offer === null ? null : formatDomain(offer.parameter),
          says: offer?.says ?? null,
        }
      })
      for (const { parameter, hasDefault, default: own } of readSuggestions(document)) {
        const { name } = parameter
        if (parameters.some((one) => one.name === name)) continue
        const text = hasDefault ? String(own) : 'asked for'
        parameters.push({
          name,
          text,
          range: formatDomain(parameter),
          says: 'as daybook.suggest says in a cell',
        })
      }
      const metrics = knownMetrics(store, relative(root, notebook)).map((name) => ({
        name,
        mode: modeOf(name),
      }))
      const saved = existsSync(file) ? readStudyFile(file).settings : null
      const parallel = defaultParallel(await readMachine(), { cores: 1, gpu: null })
      return { parameters, metrics, saved, parallel }
    },
    'studies.start': ({ notebook, settings }) => studies.start(notebookPath(root, notebook), settings),
    'studies.get': ({ id }) => studies.get(id).summary,
    'studies.list': ({ limit }) => studies.list(limit),
    'studies.trials': ({ id, offset, limit, ...wish }) => {
      const { record, trials } = studies.get(id)
      const ordered = orderTrials(record, trials, wish)
      return { trials: ordered.slice(offset, offset + limit).map(tellTrial), total: ordered.length }
    },
    'studies.reports': ({ id, trials }) => {
      const known = studies.get(id).trials
      return trials.flatMap((number) => {
        const reports = known[number]?.reports
        if (reports === undefined) return []
        const steps = reports.map(({ step }) => step)
        return { trial: number, steps, values: reports.map(({ value }) => value) }
      })
    },
    'studies.change': ({ id, to }) => {
      const study = studies.live(id)
      study.change(to)
      return study.summary()
    },
    'studies.adjust': ({ id, parallel, trials }) => {
      const study = studies.live(id)
      study.adjust({ parallel, trials })
      return study.summary()
    },
    'studies.enqueue': ({ id, point }) => {
      const study = studies.live(id)
      study.enqueue(point)
      return study.summary()
    },
    'studies.cancelTrial': ({ id, number }) => {
      const study = studies.live(id)
      study.cancelTrial(number)
      return study.summary()
    },
    'studies.writeBest': async ({ id }) => {
      const { record, summary } = studies.get(id)
      if (summary.best === null) throw new Problem('conflict', 'No trial of this study is complete')
      const file = await readNotebook(join(root, record.notebook))
      const values = pointValues(searchOf(record).search.space, summary.best.point)
      const changed = setDefaults(file.document, values)
      await writeNotebook(file, changed.document)
      return { written: { ...changed.written }, unchanged: [...changed.unchanged] }
    },
    'studies.replay': ({ id }) => {
      const { record, trials } = studies.get(id)
      const search = searchOf(record)
      const known = trials.filter(({ role }) => role === 'search')
      const asked = known.filter(({ enqueued }) => !enqueued)
      const different = asked.filter((trial) => {
        const proposal = ask(search, known.map(asTrial), trial)
        const { space } = search.search
        return proposal.kind !== 'point' || pointKey(space, proposal.point) !== pointKey(space, trial.point)
      })
      return { trials: asked.length, different: different.map(({ number }) => number) }
    },
    'studies.devices': async () => {
      const { cores, memoryBytes, gpus, notes } = await readMachine()
      const held = leases.held().map(({ project, share }) => {
        return { project, cores: share.cores, gpu: share.gpu?.uuid ?? null }
      })
      const told = gpus.map(({ uuid, name, memoryBytes: size, usedBytes }) => {
        return { uuid, name, memoryBytes: size, usedBytes }
      })
      return { cores, memoryBytes, gpus: told, notes: [...notes], held }
    },
  }
}

/** Metrics that runs of a notebook have logged. */
function knownMetrics(store: Store, notebook: string): string[] {
  const rows = store.all(
    `SELECT DISTINCT k.name FROM latest_metric m JOIN key_name k ON k.id = m.key JOIN run r ON r.seq = m.run
     JOIN experiment e ON e.id = r.experiment_id WHERE e.name = ? ORDER BY k.name LIMIT 200`,
    notebook,
  )
  return rows.map((row) => row['name'] as string)
}

function modeOf(metric: string): 'min' | 'max' | null {
  const direction = guessDirection(metric)
  return direction === null ? null : direction === 'lower' ? 'min' : 'max'
}
