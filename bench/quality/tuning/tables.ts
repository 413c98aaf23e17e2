import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parseSpaceText } from '../../../shared/tuning/space_text.ts'
import type { HpoProblem } from './problem.ts'

/**
 * Every table `FAMILY__NAME.csv[.gz]` of a folder as a problem. Columns `y_seed…` are repeated measurements of one
 * value to maximise (their mean counts); the others are parameters, each searched by the index of its sorted
 * values, or as a choice where the values are words.
 */
export function readTables(folder: string): HpoProblem[] {
  return readdirSync(folder)
    .filter((name) => /__.*\.csv(\.gz)?$/.test(name))
    .sort()
    .map((name) => readTable(join(folder, name)))
}

function readTable(path: string): HpoProblem {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const [head = '', ...lines] = text.trim().split('\n')
  const names = head.split(',')
  const measured = names.flatMap((name, index) => (name.startsWith('y_seed') ? [index] : []))
  const parameters = names.flatMap((name, index) => (name.startsWith('y_seed') ? [] : [{ name, index }]))
  const rows = lines.map((line) => line.split(','))
  const columns = parameters.map(({ name, index }) => {
    const texts = [...new Set(rows.map((row) => row[index] ?? ''))]
    const numeric = texts.every((value) => value !== '' && Number.isFinite(Number(value)))
    const values = numeric ? texts.sort((a, b) => Number(a) - Number(b)) : texts.sort()
    return { name, index, numeric, values, places: new Map(values.map((value, place) => [value, place])) }
  })
  const losses = new Map<string, number>()
  for (const row of rows) {
    const key = columns.map(({ index, places }) => places.get(row[index] ?? '')).join()
    losses.set(key, -measured.reduce((sum, index) => sum + Number(row[index]), 0) / measured.length)
  }
  const sorted = [...losses.values()].sort((a, b) => a - b)
  const [family = '', name = ''] = basename(path)
    .replace(/\.csv(\.gz)?$/, '')
    .split('__')
  return {
    family,
    name,
    space: parseSpaceText(
      columns.map((column) =>
        column.numeric
          ? `${column.name}=int(0,${column.values.length - 1})`
          : `${column.name}=choice(${column.values.map((value) => JSON.stringify(value)).join()})`,
      ),
    ),
    loss(point) {
      const key = columns.map(({ name: own, numeric, places }) => {
        const value = point[own]
        return numeric ? value : places.get(String(value))
      })
      const loss = losses.get(key.join())
      if (loss === undefined) throw new RangeError(`${path} has no row ${key.join()}`)
      return loss
    },
    optimum: sorted[0]!,
    middle: sorted[Math.floor(sorted.length / 2)]!,
  }
}
