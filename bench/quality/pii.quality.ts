import { columnPii } from '../../shared/data/pii.ts'
import { findPii } from '../../shared/data/pii_text.ts'
import { mulberry } from './boosting.ts'
import { plantColumns, plantSentences } from './pii_planted.ts'
import { cleanTables, type QualityTable, scoreOf, share, withoutData } from './quality.ts'

/** Personal data that was planted in columns and sentences, and what is found in the data sets as they are. */
export async function measure(tell: (line: string) => void): Promise<readonly QualityTable[]> {
  tell('planted')
  return [inColumns(), inSentences(), asTheyAre(tell)]
}

function inColumns(): QualityTable {
  const columns = [1, 2, 3].flatMap((seed) => plantColumns(200, mulberry(seed)))
  const kinds = [...new Set(columns.map(({ kind }) => kind))].filter((kind) => kind !== undefined)
  const judged = columns.map((column) => ({ ...column, found: columnPii(column.name, column.values)[0] }))
  const rows = kinds.map((kind) => {
    const planted = judged.filter((column) => column.kind === kind)
    const found = judged.filter((column) => column.found?.kind === kind)
    const right = found.filter((column) => column.kind === kind).length
    const missed = new Set(
      planted
        .filter((column) => column.found?.kind !== kind)
        .map(({ name, values }) => `${name} (${values.find((value) => value !== '') ?? ''})`),
    )
    const { p, r } = scoreOf(right, found.length, planted.length)
    return [kind, String(planted.length), share(p), share(r), [...missed].slice(0, 3).join(', ')]
  })
  const harmless = judged.filter(({ kind }) => kind === undefined)
  const alarms = harmless.filter(({ found }) => found !== undefined)
  rows.push([
    'none',
    String(harmless.length),
    '',
    '',
    `${alarms.length} false alarms ${[...new Set(alarms.map(({ name, found }) => `${name}: ${found?.kind}`))].join(', ')}`,
  ])
  return {
    title: 'Personal data planted in columns (seeded, 200 rows each)',
    columns: ['kind', 'columns', 'precision', 'recall', 'missed'],
    rows,
  }
}

function inSentences(): QualityTable {
  const sentences = plantSentences(4000, mulberry(9))
  const kinds = [...new Set(sentences.map(({ kind }) => kind))].filter((kind) => kind !== undefined).sort()
  const found = sentences.map(({ text, kind }) => ({ kind, found: findPii(text).map((match) => match.kind) }))
  const rows = kinds.map((kind) => {
    const planted = found.filter((one) => one.kind === kind)
    const right = planted.filter((one) => one.found.includes(kind)).length
    const all = found.reduce((sum, one) => sum + one.found.filter((other) => other === kind).length, 0)
    const { p, r } = scoreOf(right, all, planted.length)
    return [kind, String(planted.length), share(p), share(r)]
  })
  const none = found.filter(({ kind }) => kind === undefined)
  rows.push([
    'none',
    String(none.length),
    '',
    `${none.filter((one) => one.found.length > 0).length} false alarms`,
  ])
  return {
    title: 'Personal data planted in sentences (seeded)',
    columns: ['kind', 'sentences', 'precision', 'recall'],
    rows,
  }
}

function asTheyAre(tell: (line: string) => void): QualityTable {
  const title = 'Personal data found in the data sets as they are'
  const tables = cleanTables()
  if (tables.length === 0) return withoutData(title, 'tabular')
  let columns = 0
  const rows = tables.flatMap(({ file, names, cells }) => {
    tell(file)
    columns += names.length
    return names.flatMap((name, at) =>
      columnPii(name, cells[at]!).map(({ kind, where, share: part, masked }) => [
        file,
        name,
        `${kind} (${where})`,
        share(part),
        masked[0] ?? '',
      ]),
    )
  })
  const note = `${rows.length} findings in ${columns} columns of ${tables.length} tables; each is to be judged by a reader.`
  return { title, columns: ['table', 'column', 'kind', 'share of cells', 'for example'], rows, note }
}
