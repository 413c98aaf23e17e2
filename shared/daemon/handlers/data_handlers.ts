import { relative, resolve } from 'node:path'
import type { Handlers, ParsedOf } from '../../api/contract.ts'
import type { Clock } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import { dataDefaults } from '../../data/data_process.ts'
import { htmlReport } from '../../data/html_report.ts'
import { lintInProcess } from '../../data/lint_process.ts'
import type { LintReport } from '../../data/report.ts'
import type { Store } from '../../store/store.ts'
import {
  applySuppression,
  getReport,
  getRows,
  keepReport,
  listReports,
  plainName,
  suppressionOf,
} from '../data_reports.ts'
import { readLintSettings } from '../lint_settings_file.ts'
import { addSuppression, removeSuppression } from '../lint_suppression.ts'
import type { TopicBoard } from '../topics.ts'

/** What the handlers about data need. */
export interface DataParts {
  store: Store
  clock: Clock
  topics: TopicBoard
  root: string
}

type DataHandlers = Pick<Handlers, Extract<keyof Handlers, `data.${string}`>>

/** A file that is looked at. */
interface Task {
  says: string
  stop: AbortController
}

/** Answers everything about data and what was found in it. */
export function dataHandlers({ store, clock, topics, root }: DataParts): DataHandlers {
  const tasks = new Map<string, Task>()
  return {
    'data.findings': (query) => listReports(store, query),
    'data.report': ({ id }) => getReport(store, id),
    'data.rows': ({ id, offset, limit }) => getRows(store, id, { offset, limit }),
    'data.page': ({ id }) => ({ html: htmlReport(getReport(store, id)) }),
    'data.progress': ({ task }) => ({ says: tasks.get(task)?.says ?? null }),
    'data.cancel': ({ task }) => {
      const known = tasks.get(task)
      known?.stop.abort()
      return { cancelled: known !== undefined }
    },
    'data.lint': async (asked) => {
      const task: Task = { says: 'starting', stop: new AbortController() }
      const key = asked.task ?? ''
      if (key !== '') tasks.set(key, task)
      const report = await lookAt(root, asked, task).finally(() => tasks.delete(key))
      const name = relative(root, resolve(root, asked.path)) || report.name
      const nowhere = { notebook: null, cell: null, execution: null }
      const id = keepReport(store, { ...report, name }, nowhere, clock.nowMs())
      topics.bump('data.changed')
      return getReport(store, id).about
    },
    'data.suppress': ({ id, rule, columns, reason }) => {
      const suppression = { ...suppressionOf(getReport(store, id), { rule, columns }), reason }
      const path = addSuppression(root, suppression)
      applySuppression(store, suppression, true)
      topics.bump('data.changed')
      return { path }
    },
    'data.unsuppress': ({ id, rule, columns }) => {
      const suppression = suppressionOf(getReport(store, id), { rule, columns })
      const path = removeSuppression(root, suppression)
      applySuppression(store, { ...suppression, reason: '' }, false)
      topics.bump('data.changed')
      return { path }
    },
  }
}

async function lookAt(root: string, asked: ParsedOf<'data.lint'>, task: Task): Promise<LintReport> {
  const { path, against, table, target, allRows } = asked
  const { rules, suppress } = readLintSettings(root)
  const request = {
    path: resolve(root, path),
    against: against === null ? null : resolve(root, against),
    table,
    ...(target === undefined ? {} : { target }),
    rules,
    suppress,
    sampleRows: allRows ? Number.MAX_SAFE_INTEGER : dataDefaults.sampleRows,
    preview: true,
    engine: 'auto' as const,
    memoryBytes: dataDefaults.memoryBytes,
    threads: dataDefaults.threads,
  }
  try {
    return await lintInProcess(request, {
      timeLimitMs: dataDefaults.timeLimitMs,
      signal: task.stop.signal,
      progress: (says) => (task.says = says),
    })
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'data_limit' || !allRows) throw error
    throw new Problem('data_limit', `${plainName(path)} has too many rows to look at each of them`, {
      hint: 'Look at a sample; counts of columns are over all rows then too.',
      cause: error,
    })
  }
}
