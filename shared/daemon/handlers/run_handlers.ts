import type { Handlers } from '../../api/contract.ts'
import type { RunDetail, RunSummary } from '../../api/run_methods.ts'
import { Problem } from '../../base/problem.ts'
import type { Clock } from '../../base/clock.ts'
import { compareRuns } from '../../runs/compare.ts'
import { findExperimentByName, type ExperimentId } from '../../runs/experiment.ts'
import { seedNames, type GroupBy, type RunGroup } from '../../runs/group.ts'
import { metricHistory } from '../../runs/history.ts'
import { deleteTag, logBatch } from '../../runs/logging.ts'
import { deleteRun, getRun, restoreRun } from '../../runs/run.ts'
import type { Run } from '../../runs/run_data.ts'
import { listRunFiles } from '../../runs/run_artifact.ts'
import type { Searcher } from '../../runs/searcher.ts'
import type { Store } from '../../store/store.ts'
import { executedCells } from '../execution.ts'
import { dataInputs, restoreData } from '../data_inputs.ts'
import type { TopicBoard } from '../topics.ts'

/** What the handlers about runs need. */
export interface RunParts {
  store: Store
  searcher: Searcher
  clock: Clock
  topics: TopicBoard
  artifactsDir: string
  dataDir: string
}

type RunHandlers = Pick<
  Handlers,
  | 'runs.search'
  | 'runs.group'
  | 'runs.get'
  | 'runs.compare'
  | 'runs.history'
  | 'runs.restoreData'
  | 'runs.delete'
  | 'runs.restore'
  | 'runs.setTag'
>

/** Answers everything about runs. */
export function runHandlers(parts: RunParts): RunHandlers {
  const { store, topics, clock } = parts
  return {
    'runs.search': async (wanted) => {
      const names = experimentNames(store)
      const ids = wanted.experiment === null ? null : [experimentByName(store, wanted.experiment)]
      const page = await parts.searcher.search({
        experimentIds: ids,
        filter: wanted.filter,
        orderBy: wanted.orderBy,
        maxResults: wanted.limit,
        view: wanted.view,
        ...(wanted.nested ? {} : { within: 'top' as const }),
        ...(wanted.pageToken === null ? {} : { pageToken: wanted.pageToken }),
      })
      return { runs: page.runs.map((run) => toSummary(run, names)), nextPageToken: page.nextPageToken }
    },
    'runs.group': async (wanted) => {
      const by: readonly GroupBy[] = wanted.by ?? [
        { kind: 'experiment' },
        { kind: 'params_except', keys: seedNames },
      ]
      const groups = await parts.searcher.group({
        experimentIds: wanted.experiment === null ? null : [experimentByName(store, wanted.experiment)],
        filter: wanted.filter,
        by,
        orderBy: wanted.orderBy,
        maxResults: wanted.limit,
        view: wanted.view,
        ...(wanted.nested ? {} : { within: 'top' as const }),
      })
      return namedExperiments(store, groups, by)
    },
    'runs.get': ({ id }) => detail(parts, getRun(store, fullRunId(store, id))),
    'runs.compare': ({ ids }) =>
      compareRuns(
        store,
        ids.map((id) => fullRunId(store, id)),
        parts.artifactsDir,
      ),
    'runs.history': ({ id, key }) =>
      metricHistory(store, { runId: fullRunId(store, id), key }).points.map(({ step, value, atMs }) => ({
        step: Number(step),
        value: Number.isNaN(value) ? null : value,
        atMs: Number(atMs),
      })),
    'runs.restoreData': ({ id, names, to }) =>
      restoreData({ run: getRun(store, fullRunId(store, id)), dataDir: parts.dataDir }, names, to),
    'runs.delete': ({ id }) => {
      deleteRun(store, fullRunId(store, id), clock.nowMs())
      topics.bump('runs.changed')
      return {}
    },
    'runs.restore': ({ id }) => {
      restoreRun(store, fullRunId(store, id))
      topics.bump('runs.changed')
      return {}
    },
    'runs.setTag': ({ id, key, value }) => {
      const runId = fullRunId(store, id)
      if (value === null) deleteTag(store, runId, key)
      else logBatch(store, runId, { tags: { [key]: value } })
      topics.bump('runs.changed')
      return {}
    },
  }
}

/**
 * A run's id from its beginning.
 * @throws Problem `not_found` if no run begins so, `bad_request` if several do
 */
export function fullRunId(store: Store, part: string): string {
  const rows = store.all(
    'SELECT id FROM run WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 2',
    part,
    `${part}\u{10ffff}`,
  )
  const [first, second] = rows
  if (first === undefined) {
    throw new Problem('not_found', `No run begins with "${part}"`, { hint: '"daybook runs" lists them.' })
  }
  if (second !== undefined && first['id'] !== part) {
    throw new Problem('bad_request', `Several runs begin with "${part}"`, {
      hint: 'Give more of its digits.',
    })
  }
  return first['id'] as string
}

function detail(parts: RunParts, run: Run): RunDetail {
  const { store } = parts
  const names = experimentNames(store)
  const childIds = store.all(
    'SELECT id FROM run WHERE parent_id = ? AND deleted_ms IS NULL ORDER BY seq LIMIT 1000',
    run.id,
  )
  const capability = run.tags['daybook.capability']
  return {
    ...toSummary(run, names),
    children: childIds.map((row) => toSummary(getRun(store, row['id'] as string), names)),
    cells: capability === undefined ? [] : executedCells(store, capability, run.endMs ?? parts.clock.nowMs()),
    datasets: dataInputs(run, parts.dataDir),
    artifacts: listRunFiles({ artifactsDir: parts.artifactsDir, run }),
  }
}

function toSummary(run: Run, names: ReadonlyMap<string, string>): RunSummary {
  return {
    id: run.id,
    name: run.name,
    experiment: names.get(run.experimentId) ?? run.experimentId,
    status: run.status,
    startMs: run.startMs,
    endMs: run.endMs,
    params: run.params,
    metrics: Object.fromEntries(Object.entries(run.metrics).map(([key, { value }]) => [key, value])),
    tags: run.tags,
    parentId: run.parentId,
    deleted: run.deletedMs !== null,
  }
}

/** Groups by experiment, with the experiments' names in place of their numbers. */
function namedExperiments(store: Store, groups: readonly RunGroup[], by: readonly GroupBy[]): RunGroup[] {
  const names = experimentNames(store)
  return groups.map((group) => ({
    ...group,
    values: group.values.map((value, i) =>
      by[i]?.kind === 'experiment' && value !== null ? (names.get(value as ExperimentId) ?? value) : value,
    ),
  }))
}

function experimentNames(store: Store): Map<ExperimentId, string> {
  const rows = store.all('SELECT id, name FROM experiment')
  return new Map(rows.map((row) => [String(row['id']) as ExperimentId, row['name'] as string]))
}

/** @throws Problem `not_found` */
export function experimentByName(store: Store, name: string): ExperimentId {
  const experiment = findExperimentByName(store, name)
  if (experiment !== null) return experiment.id
  throw new Problem('not_found', `There is no experiment "${name}"`, {
    hint: 'An experiment is named after its notebook, e.g. --experiment examples/income.ipynb.',
  })
}
