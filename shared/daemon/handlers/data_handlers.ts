import { relative, resolve } from 'node:path'
import type { Handlers } from '../../api/contract.ts'
import type { Clock } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import { dataDefaults } from '../../data/data_process.ts'
import { htmlReport } from '../../data/html_report.ts'
import { lintInProcess } from '../../data/lint_process.ts'
import type { Store } from '../../store/store.ts'
import { getReport, keepReport, listReports } from '../data_reports.ts'
import { readLintSettings } from '../lint_settings_file.ts'
import type { TopicBoard } from '../topics.ts'

/** What the handlers about data need. */
export interface DataParts {
  store: Store
  clock: Clock
  topics: TopicBoard
  root: string
}

type DataHandlers = Pick<Handlers, 'data.findings' | 'data.report' | 'data.page' | 'data.lint'>

/** Answers everything about data and what was found in it. */
export function dataHandlers({ store, clock, topics, root }: DataParts): DataHandlers {
  return {
    'data.findings': (query) => listReports(store, query),
    'data.report': ({ id }) => getReport(store, id),
    'data.page': ({ id }) => ({ html: htmlReport(getReport(store, id)) }),
    'data.lint': async ({ path, against, table, target }) => {
      const { rules, suppress } = readLintSettings(root)
      const report = await lintInProcess(
        {
          path: resolve(root, path),
          against: against === null ? null : resolve(root, against),
          table,
          ...(target === undefined ? {} : { target }),
          rules,
          suppress,
          sampleRows: dataDefaults.sampleRows,
          engine: 'auto',
          memoryBytes: dataDefaults.memoryBytes,
          threads: dataDefaults.threads,
        },
        { timeLimitMs: dataDefaults.timeLimitMs },
      )
      const name = relative(root, resolve(root, path)) || report.name
      const nowhere = { notebook: null, cell: null, execution: null }
      const id = keepReport(store, { ...report, name }, nowhere, clock.nowMs())
      topics.bump('data.changed')
      const query = { ...nowhere, run: null, limit: 1000 }
      const summary = listReports(store, query).find((each) => each.id === id)
      if (summary === undefined) throw new Problem('internal', 'The report was not kept')
      return summary
    },
  }
}
