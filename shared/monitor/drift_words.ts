import { amount, listed, percent, quoted } from '../data/wording.ts'
import type { ColumnDrift, DriftReport } from './drift_report.ts'
import type { Together } from './together.ts'

/** Names or values in quotes: `'a', 'b' and 5 more`. */
export function namesOf(words: readonly string[]): string {
  return listed(
    words.map((word) => quoted(word, 30)),
    3,
  )
}

/** What happened to a column, as one sentence without its name. */
export function describeColumn(column: Omit<ColumnDrift, 'says'>): string {
  const signs = column.breaks.map((found) => found.says)
  if (column.answer === 'no') return 'No change that matters.'
  return capital([...change(column), ...signs].join('; ')) + '.'
}

function change(column: Omit<ColumnDrift, 'says'>): string[] {
  const { reference, current, shape } = column
  if (column.kind === 'numeric' && reference.mean !== null && current.mean !== null) {
    return [
      `${moved(reference.mean, current.mean, reference.deviation ?? 0)}: the mean goes from ${amount(reference.mean)} to ${amount(current.mean)}`,
    ]
  }
  // Categories that came or went are named by the breaks.
  const told = column.breaks.some(({ kind }) => kind === 'new-categories' || kind === 'gone-categories')
  if (column.kind === 'categorical' && shape !== null && shape.labels.length > 0 && !told) {
    const gaps = shape.labels.map((_, i) => Math.abs((shape.current[i] ?? 0) - (shape.reference[i] ?? 0)))
    const widest = gaps.indexOf(Math.max(...gaps))
    const [before, now] = [shape.reference[widest] ?? 0, shape.current[widest] ?? 0]
    return [`${quoted(shape.labels[widest] ?? '', 30)} goes from ${percent(before)} to ${percent(now)}`]
  }
  return []
}

function moved(before: number, now: number, deviation: number): string {
  const steps = deviation > 0 ? (now - before) / deviation : 0
  if (Math.abs(steps) < 0.05) return 'another shape'
  const size = Math.abs(steps) < 0.2 ? 'a little' : Math.abs(steps) < 0.8 ? '' : 'much'
  return `${size} ${steps > 0 ? 'higher' : 'lower'}`.trim()
}

/** What the whole comparison means, as one sentence. */
export function describeReport(report: Omit<DriftReport, 'says'>): string {
  const { columns, drifted, tested, schema } = report
  const broken = schema.filter(({ kind }) => kind !== 'new').length
  const schemaWords =
    broken === 0
      ? ''
      : ` ${broken === 1 ? 'A column' : `${broken} columns`} of the reference ${broken === 1 ? 'is' : 'are'} missing or of another kind.`
  if (tested === 0) return `There was nothing to compare.${schemaWords}`
  if (drifted === 0) {
    const possible = columns.filter(({ answer }) => answer === 'possible')
    if (possible.length === 0) return `None of the ${tested} columns has changed.${schemaWords}`
    return `None of the ${tested} columns has clearly changed; look at ${namesOf(possible.map(({ name }) => name))}.${schemaWords}`
  }
  const first = columns.find(({ answer }) => answer === 'drift')
  const most = first === undefined ? '' : ` Most of all ${first.name}: ${lower(first.says)}`
  return `${drifted} of ${tested} columns ${drifted === 1 ? 'has' : 'have'} changed.${most}${schemaWords}`
}

/** Whether both tables can be told apart as a whole, in one sentence. */
export function describeTogether({ auc, pValue, mmdPValue }: Together): string {
  const rate = auc.toFixed(2)
  if (pValue <= 0.01 && auc >= 0.6)
    return `As a whole: trees tell rows of both apart (area ${rate}; 0.5 is chance).`
  if (mmdPValue <= 0.01) return `As a whole: rows lie elsewhere (discrepancy beyond chance, area ${rate}).`
  return `As a whole: rows of both can hardly be told apart (area ${rate}; 0.5 is chance).`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
