import { Problem } from '../base/problem.ts'
import { serveDataRequests } from '../data/data_worker.ts'
import { loadFiles } from '../data/load.ts'
import { compareTables, type NamedTable } from './drift.ts'
import type { DriftRequest } from './drift_process.ts'
import type { DriftReport } from './drift_report.ts'
import { compareTogether } from './together.ts'

serveDataRequests<DriftReport>(async (request: DriftRequest, { open, progress }) => {
  const load = async (path: string): Promise<NamedTable> => {
    const database = await open()
    const { name, sample } = await loadFiles(database, path, {
      sampleRows: request.sampleRows,
      countAll: false,
      progress,
    })
    database.close()
    return { name, table: sample }
  }
  const [reference, current] = await Promise.all([load(request.reference), load(request.current)])
  const { profile, method, block, leaveOut } = request
  const unknown = [...leaveOut, ...(block === null ? [] : [block])].find((name) =>
    [reference, current].every(({ table }) => table.columns.every((column) => column.name !== name)),
  )
  if (unknown !== undefined) {
    throw new Problem('bad_request', `Neither table has a column "${unknown}"`, {
      hint: `There are: ${reference.table.columns.map(({ name }) => name).join(', ')}`,
    })
  }
  const onProgress = (done: number, columns: number): void => progress(`column ${done + 1} of ${columns}`)
  const report = compareTables(reference, current, {
    profile,
    method,
    block,
    leaveOut,
    onProgress,
  })
  progress('the table as a whole')
  const together =
    profile === 'daybook' ? compareTogether(reference.table, current.table, { block, leaveOut }) : null
  return { ...report, together }
})
