import type { CleanTable } from './quality.ts'

/** A table with some cells damaged. */
export interface DamagedTable {
  cells: string[][]
  /** Per damaged cell, `row * columns + column`, how it was damaged. */
  damaged: Map<number, string>
}

type Damage = (cell: string, random: () => number, column: readonly string[]) => string

const letters = 'abcdefghijklmnopqrstuvwxyz'
const pick = <T>(of: ArrayLike<T>, random: () => number): T => of[Math.floor(random() * of.length)]!
const isNumber = (cell: string): boolean => /^-?\d+(?:\.\d+)?$/.test(cell)
const isDate = (cell: string): boolean => /^\d{4}-\d{2}-\d{2}/.test(cell)

/** The kinds of errors that the literature names (Rekatsinas, Mahdavi, Abedjan and others), each where it can occur. */
export const damages: Readonly<Record<string, { fits: (cell: string) => boolean; damage: Damage }>> = {
  'letter replaced': {
    fits: (cell) => /\p{L}{4}/u.test(cell),
    damage: (cell, random) => {
      const at = pick([...cell.matchAll(/\p{L}/gu)], random).index
      return (
        cell.slice(0, at) + pick(letters.replace(cell[at]!.toLowerCase(), ''), random) + cell.slice(at + 1)
      )
    },
  },
  'letter lost, doubled or swapped': {
    fits: (cell) => /\p{L}{5}/u.test(cell),
    damage: (cell, random) => {
      const at = pick([...cell.matchAll(/\p{L}(?=\p{L})/gu)], random).index
      const way = random()
      if (way < 1 / 3) return cell.slice(0, at) + cell.slice(at + 1)
      if (way < 2 / 3) return cell.slice(0, at) + cell[at]! + cell.slice(at)
      return cell.slice(0, at) + cell[at + 1]! + cell[at]! + cell.slice(at + 2)
    },
  },
  'letter in a number': {
    fits: (cell) => isNumber(cell) && cell.length > 1,
    damage: (cell, random) => {
      const at = Math.floor(random() * cell.length)
      return cell.slice(0, at) + pick('xoOlI', random) + cell.slice(at + 1)
    },
  },
  'missing value in words': {
    fits: (cell) => cell !== '',
    damage: (_, random) => pick(['N/A', '?', 'null', 'NaN', '-'], random),
  },
  'missing value as a number': {
    fits: isNumber,
    damage: (_, random) => pick(['-999', '-9999', '99999'], random),
  },
  'unit or sign added': {
    fits: isNumber,
    damage: (cell, random) => pick([`${cell} kg`, `$${cell}`, `${cell}%`, `${cell} units`], random),
  },
  'date written otherwise': {
    fits: isDate,
    damage: (cell) => `${cell.slice(8, 10)}.${cell.slice(5, 7)}.${cell.slice(0, 4)}${cell.slice(10)}`,
  },
  'capitals or blanks': {
    fits: (cell) => /\p{Ll}{3}/u.test(cell),
    damage: (cell, random) =>
      random() < 0.5 ? cell.toUpperCase() : cell.replace(/(?<=\p{L}{2})(?=\p{L}{2})/u, ' '),
  },
  'number a hundred times as large': {
    fits: (cell) => isNumber(cell) && Number(cell) > 2,
    damage: (cell) => String(Number((Number(cell) * 100).toPrecision(12))),
  },
  'value of another row': {
    fits: (cell) => cell !== '',
    damage: (cell, random, column) => {
      for (let tries = 0; tries < 20; tries++) {
        const other = pick(column, random)
        if (other !== cell && other !== '') return other
      }
      return cell
    },
  },
}

/** Damages about a share of the cells, in at most half of the columns, each cell in one way. */
export function damageTable(
  table: CleanTable,
  kinds: readonly string[],
  rate: number,
  random: () => number,
): DamagedTable {
  const cells = table.cells.map((column) => [...column])
  const damaged = new Map<number, string>()
  table.cells.forEach((column, at) => {
    if (random() < 0.5) return
    column.forEach((cell, row) => {
      if (random() >= rate) return
      const fitting = kinds.filter((kind) => damages[kind]!.fits(cell))
      if (fitting.length === 0) return
      const kind = pick(fitting, random)
      const made = damages[kind]!.damage(cell, random, column)
      if (made === cell) return
      cells[at]![row] = made
      damaged.set(row * table.cells.length + at, kind)
    })
  })
  return { cells, damaged }
}
