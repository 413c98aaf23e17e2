import { type Column, encode } from '../column.ts'
import { hasClasses, isIdName, targetColumn } from '../column_role.ts'
import { labelsOf } from '../contingency.ts'
import { exampleRows } from '../example_rows.ts'
import { predictOutOfFold } from '../label_model.ts'
import type { Checked, Rule } from '../rule.ts'
import { amount, percent, plural, pythonText } from '../wording.ts'

/** At most so many rows, columns and classes are given to the model. */
const most = { rows: 5000, columns: 100, classes: 20 }

/** Rows whose class is probably another one. */
export const mislabelled: Rule = {
  id: 'mislabelled',
  title: 'Rows that look mislabelled',
  level: 'warn',
  why: 'A model learns wrong labels as well as right ones, and a test with wrong labels calls right answers wrong.',
  source:
    'confident learning, Northcutt et al. (2021), with logistic regression out of fold; told only where wrong labels explain what the model gets wrong better than a hard task does',
  thresholds: { explained: 0.945, sure: 0.025, rows: 100 },
  check: (data, { explained = 0.945, sure = 0.025, rows: least = 100 }) => {
    const target = targetColumn(data)
    if (target === null || !hasClasses(target) || target.kind === 'number') return []
    const found = suspects(data, target, least)
    if (found === null || found.rows.length < 3) return []
    // Where a task is hard, a model is unsure where it is wrong. Wrong labels it contradicts with certainty.
    if (found.accuracy + found.wrongThoughSure < explained || found.wrongThoughSure < sure) return []
    const names = labelsOf(target)
    const { codes } = encode(target)
    const [first] = found.rows
    const name = pythonText(target.name)
    const scope = found.looked < data.profile.rows ? ` of ${amount(found.looked)} looked at` : ''
    const numbers = found.rows.map(({ row }) => data.rowNumbers?.[row] ?? row)
    return [
      {
        where: { kind: 'rows', rows: numbers.slice(0, 1000), columns: [target.name] },
        says: `${plural(found.rows.length, 'row')}${scope} ${found.rows.length === 1 ? 'looks' : 'look'} mislabelled: a model that did not see them is sure of another ${target.name}, such as ${names[first?.best ?? 0] ?? ''} (${percent(first?.probability ?? 0)}) for ${names[codes[first?.row ?? 0] ?? 0] ?? ''}`,
        evidence: { rows: found.rows.length, of: found.looked, accuracy: found.accuracy },
        example: exampleRows(
          data,
          found.rows.map(({ row }) => row),
          [target.name],
          { others: 9, rows: 10 },
        ),
        weight: 0.58,
        fixes: [
          {
            title: 'Look at them first',
            language: 'pandas',
            code: `doubtful = [${numbers.slice(0, 200).join(', ')}]\ndf.iloc[doubtful].sort_values(${name})`,
          },
        ],
      },
    ]
  },
}

interface Suspects {
  /** The surest first. */
  rows: { row: number; best: number; probability: number }[]
  looked: number
  accuracy: number
  /** Share of wrong ones in the half of which the model is surest. */
  wrongThoughSure: number
}

function suspects(data: Checked, target: Column, least: number): Suspects | null {
  const { codes, size } = encode(target)
  const counts = new Uint32Array(size)
  const step = Math.max(1, Math.ceil(data.sample.rows / most.rows))
  const chosen: number[] = []
  for (let row = 0; row < data.sample.rows; row += step) {
    const code = codes[row] ?? -1
    if (code < 0) continue
    chosen.push(row)
    counts[code] = (counts[code] ?? 0) + 1
  }
  // A class of few rows cannot be learnt, and every one of them would look wrong.
  const classes = [...counts.keys()].filter((code) => (counts[code] ?? 0) >= 10)
  if (classes.length < 2 || classes.length > most.classes) return null
  const place = new Map(classes.map((code, i) => [code, i]))
  const rows = Int32Array.from(chosen.filter((row) => place.has(codes[row] ?? -1)))
  if (rows.length < least) return null
  const labels = rows.map((row) => place.get(codes[row] ?? -1) ?? 0)
  const inputs = data.sample.columns.filter((column) => column !== target && !isIdName(column.name))
  if (inputs.length < 2) return null
  const { probabilities } = predictOutOfFold(inputs.slice(0, most.columns), rows, labels, classes.length)
  return judge(rows, labels, probabilities, classes)
}

function judge(
  rows: Int32Array,
  labels: Int32Array,
  probabilities: Float64Array,
  classes: readonly number[],
): Suspects {
  const k = classes.length
  const sums = new Float64Array(k)
  const counts = new Float64Array(k)
  labels.forEach((label, i) => {
    sums[label] = (sums[label] ?? 0) + (probabilities[i * k + label] ?? 0)
    counts[label] = (counts[label] ?? 0) + 1
  })
  // The usual certainty of a class among its own rows: a row that reaches that of another class belongs there.
  const usual = sums.map((sum, label) => sum / (counts[label] ?? 1))
  const found: Suspects['rows'] = []
  const answers = Array.from(rows, (row, i) => {
    let best = 0
    for (let other = 1; other < k; other++)
      if ((probabilities[i * k + other] ?? 0) > (probabilities[i * k + best] ?? 0)) best = other
    const probability = probabilities[i * k + best] ?? 0
    const isWrong = best !== labels[i]
    if (isWrong && probability >= (usual[best] ?? 1))
      found.push({ row, best: classes[best] ?? 0, probability })
    return { probability, isWrong }
  })
  const surest = [...answers].sort((a, b) => b.probability - a.probability).slice(0, answers.length / 2)
  const wrong = (some: readonly { isWrong: boolean }[]): number =>
    some.filter(({ isWrong }) => isWrong).length / Math.max(1, some.length)
  return {
    rows: found.sort((a, b) => b.probability - a.probability),
    looked: rows.length,
    accuracy: 1 - wrong(answers),
    wrongThoughSure: wrong(surest),
  }
}
