import { listed, percent } from '../data/wording.ts'
import type { ColumnDrift } from './drift_report.ts'
import type { Signal, WatchReport } from './watch_report.ts'
import { round, valueWords } from './watch_words.ts'

/** Signs that something is not as it was, the gravest first: what is wrong before what may become wrong. */
export function findSignals(report: Omit<WatchReport, 'says' | 'signals'>): Signal[] {
  return [
    ...failures(report),
    ...performance(report),
    ...estimate(report),
    ...schema(report),
    ...changed('predictions', 'The predictions', report.predictions),
    ...changed('target', `The true ${report.target?.name ?? ''}`, report.target),
    ...inputs(report),
    ...together(report),
  ]
}

function failures({ window }: Omit<WatchReport, 'says' | 'signals'>): Signal[] {
  const share = window.rows === 0 ? 0 : window.failed / window.rows
  if (share < 0.01) return []
  const says = `${percent(share)} of the requests got no answer.`
  return [{ kind: 'failures', level: 'stop', columns: [], says, evidence: { share } }]
}

function performance({ performance: found, kind }: Omit<WatchReport, 'says' | 'signals'>): Signal[] {
  if (found?.worse !== true || found.reference === null) return []
  const says = `${found.metric === 'error' ? 'Error' : 'Right in'} ${valueWords(found.value, kind)} instead of ${valueWords(found.reference.value, kind)}.`
  const evidence = { value: found.value, before: found.reference.value, labelled: found.labelled }
  return [{ kind: 'performance', level: 'stop', columns: [], says, evidence }]
}

function estimate({
  estimate: found,
  performance: known,
  kind,
}: Omit<WatchReport, 'says' | 'signals'>): Signal[] {
  if (found === null || known !== null) return []
  const worse =
    found.metric === 'error' ? found.value > 1.1 * found.reference : found.value < found.reference - 0.02
  if (!worse) return []
  const says = `To judge by the inputs alone, ${found.metric === 'error' ? 'the error is' : 'right are'} about ${valueWords(found.value, kind)} instead of ${valueWords(found.reference, kind)}.`
  return [
    {
      kind: 'estimate',
      level: 'warn',
      columns: [],
      says,
      evidence: { value: found.value, before: found.reference },
    },
  ]
}

function schema({ inputs: found }: Omit<WatchReport, 'says' | 'signals'>): Signal[] {
  const broken = (found?.schema ?? []).filter(({ kind }) => kind !== 'new')
  return broken.map(({ column, says }) => ({
    kind: 'schema',
    level: 'stop',
    columns: [column],
    says,
    evidence: {},
  }))
}

function inputs({ inputs: found, importance }: Omit<WatchReport, 'says' | 'signals'>): Signal[] {
  const drifted = (found?.columns ?? []).filter(({ answer }) => answer === 'drift')
  if (drifted.length === 0) return []
  const names = drifted.map(({ name }) => name)
  const weight = Math.max(...names.map((name) => importance[name] ?? 0))
  const says = `${names.length === 1 ? 'An input has' : `${names.length} inputs have`} changed: ${listed(names, 3)}.`
  const effect = Math.max(...drifted.map((column) => column.effect ?? 0))
  return [
    {
      kind: 'inputs',
      level: 'warn',
      columns: names,
      says,
      evidence: { columns: names.length, importance: weight, effect },
    },
  ]
}

function changed(kind: 'predictions' | 'target', what: string, column: ColumnDrift | null): Signal[] {
  if (column?.answer !== 'drift') return []
  const { mean: before } = column.reference
  const { mean: now } = column.current
  const detail =
    before === null || now === null ? column.says : `in the mean ${round(now)} instead of ${round(before)}.`
  const says = `${what} changed: ${detail.charAt(0).toLowerCase()}${detail.slice(1)}`
  return [{ kind, level: 'warn', columns: [column.name], says, evidence: { effect: column.effect ?? 0 } }]
}

function together({ together: found, inputs: columns }: Omit<WatchReport, 'says' | 'signals'>): Signal[] {
  if (found === null || columns === null || columns.drifted > 0) return []
  if (found.pValue > 0.01 || found.auc < 0.6) return []
  const says = 'No single input has changed, but how they go together has.'
  return [{ kind: 'together', level: 'warn', columns: [], says, evidence: { auc: found.auc } }]
}
