import { seedRandom } from '../base/random.ts'
import { makeTable, numberColumn, type Table, textColumn } from './column.ts'
import { loadTable } from './load_table.ts'
import { reportOn, type LintReport } from './report.ts'

const rows = 1000
/** A rule is compiled well after it has run a few times. */
const turns = 4

/** Checks a made-up table a few times, so that the code is compiled when the first real one comes. */
export function warmUp(): LintReport {
  const look = (turn: number): LintReport =>
    reportOn(loadTable('warm-up', madeUp(turn)), {}, () => performance.now())
  for (let turn = 1; turn < turns; turn++) look(turn)
  return look(turns)
}

/** Amounts, kinds, codes, words and days, some of them missing. */
function madeUp(seed: number): Table {
  const random = seedRandom(seed)
  const each = <T>(of: (i: number) => T): T[] => Array.from({ length: rows }, (_, i) => of(i))
  const numbers = (name: string, of: (i: number) => number, kind: 'number' | 'integer' | 'date' = 'number') =>
    numberColumn(name, kind, Float64Array.from(each(of)))
  const kind = (count: number): number => Math.floor(random.next() * count)
  const x = each(() => random.next())
  return makeTable([
    numbers('id', (i) => i, 'integer'),
    numbers('x', (i) => x[i] ?? 0),
    numbers('twice', (i) => 2 * (x[i] ?? 0) + random.next() / 10),
    numbers('count', () => kind(1000), 'integer'),
    numbers('flag', () => kind(2), 'integer'),
    numbers('day', (i) => (18_000 + i) * 86_400_000, 'date'),
    textColumn(
      'kind',
      each(() => (random.next() < 0.1 ? null : `kind ${kind(12)}`)),
    ),
    textColumn(
      'code',
      each((i) => `AB-${10_000 + i}`),
    ),
    textColumn(
      'written',
      each(() => String(kind(5000) / 7)),
    ),
    textColumn(
      'said',
      each((i) => `the ${i % 70}th of ${kind(40)} words, and ${kind(9)} more`),
    ),
    textColumn(
      'mail',
      each((i) => `person${i}@example.org`),
    ),
  ])
}
