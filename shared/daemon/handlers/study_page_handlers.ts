import { basename, isAbsolute, join } from 'node:path'
import type { Handlers } from '../../api/contract.ts'
import { studySettings } from '../../api/study_methods.ts'
import type { studyPageMethods } from '../../api/study_page_methods.ts'
import type { Clock } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import { checkModelName } from '../../models/model_name.ts'
import type { Store } from '../../store/store.ts'
import { surface } from '../../tuning/surface.ts'
import { findModel } from '../deployments/model_reference.ts'
import { registerModel } from '../deployments/registration.ts'
import { studyFileOf, writeStudyFile } from '../study/study_file.ts'
import { pointsOf } from '../study/study_points.ts'
import { asTrial } from '../study/study_record.ts'
import { searchOf, type Studies } from '../study/studies.ts'

/** Curves of so many trials that have ended are shown, and so many points of one. */
const shownEnded = 30
const curvePoints = 300

/** Answers what the page of a study and the form for a new one ask beside. */
export function studyPageHandlers({
  studies,
  root,
  store,
  clock,
  artifactsDir,
}: {
  studies: Studies
  root: string
  store: Store
  clock: Clock
  artifactsDir: string
}): Pick<Handlers, keyof typeof studyPageMethods> {
  return {
    'studies.points': ({ id }) => {
      const { record, trials, summary } = studies.get(id)
      const first = summary.importance.map(({ name }) => name)
      return pointsOf(record, trials, searchOf(record), first)
    },
    'studies.surface': ({ id, across, up, cells }) => {
      const { record, trials } = studies.get(id)
      const told = trials.filter(({ role }) => role === 'search').map(asTrial)
      const found = surface(searchOf(record).search, told, { across, up, cells })
      if (found === null) throw new Problem('not_found', `The study does not search "${across}" and "${up}"`)
      const { search } = searchOf(record)
      const places = (name: string, values: readonly unknown[]): number[] => {
        const parameter = search.space.parameters.find((one) => one.name === name)
        return values.map((value) =>
          parameter?.kind === 'choice' ? parameter.choices.indexOf(value as number) : Number(value),
        )
      }
      return {
        across: places(across, found.across),
        up: places(up, found.up),
        z: found.z.map((row) => [...row]),
        trials: found.trials,
      }
    },
    'studies.curves': ({ id }) => {
      const { trials, summary } = studies.get(id)
      const told = trials.filter(({ reports, role }) => reports.length > 1 && role !== 'repeat')
      const running = told.filter(({ state }) => state === 'running')
      const best = told.filter(({ number }) => number === summary.best?.number)
      const last = told.filter(({ endedMs }) => endedMs !== null).slice(-shownEnded)
      const shown = [...new Set([...best, ...last, ...running])].sort((a, b) => a.number - b.number)
      return shown.map(({ number, state, reports }) => {
        const points = thinned(reports, curvePoints)
        const steps = points.map(({ step }) => step)
        return { trial: number, state, steps, values: points.map(({ value }) => value) }
      })
    },
    'studies.registerBest': ({ id, name: wanted }) => {
      const { record, summary } = studies.get(id)
      const run = summary.best?.runId ?? null
      if (run === null) throw new Problem('conflict', 'No trial of this study is complete')
      const name = wanted ?? basename(record.notebook).replace(/\.[^.]*$/, '')
      checkModelName(name)
      const found = findModel({ store, artifactsDir, root }, run)
      const description = `The best of studies of ${record.notebook}`
      const made = registerModel({ store, nowMs: clock.nowMs(), description }, found, name)
      if (made === null) throw new Problem('not_found', `The model of run ${run.slice(0, 8)} has no run`)
      return made
    },
    'studies.save': ({ notebook, settings }) => {
      const path = notebookPath(root, notebook)
      const file = studyFileOf(path)
      const usual = studySettings.parse({ objectives: settings.objectives })
      const told = Object.entries(settings).filter(([key, value]) => {
        const always = ['objectives', 'space', 'trials'].includes(key)
        return always || JSON.stringify(value) !== JSON.stringify(usual[key as keyof typeof usual])
      })
      writeStudyFile(file, path, Object.fromEntries(told))
      return { file }
    },
  }
}

/** So many of a list, evenly; the first and the last are among them. */
function thinned<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all
  const step = (all.length - 1) / (count - 1)
  return Array.from({ length: count }, (_none, index) => all[Math.round(index * step)] as T)
}

/** The notebook that a path names: absolute, or relative to the project. */
export function notebookPath(root: string, notebook: string): string {
  return isAbsolute(notebook) ? notebook : join(root, notebook)
}
