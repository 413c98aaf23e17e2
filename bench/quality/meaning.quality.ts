import { columnMeaning } from '../../shared/data/meaning.ts'
import { meaningClasses } from '../../shared/data/meaning_class.ts'
import { accuracy, crossValidate, groupFolds, randomFolds } from './meaning_training.ts'
import { dataPath, type QualityTable, scoreOf, share, withoutData } from './quality.ts'
import { groupBySource, type LabelledColumn, readLabelledColumns } from './sortinghat.ts'

const file = 'dirty/sortinghat/data_train.csv'
const folds = 5

/** Column meaning on SortingHat's labelled columns, cross-validated at random and by source file. */
export async function measure(tell: (line: string) => void): Promise<readonly QualityTable[]> {
  const path = dataPath(file)
  if (path === undefined) return [withoutData('Column meaning', file)]
  const columns = readLabelledColumns(path)
  const groups = groupBySource(columns)
  const random = crossValidate(columns, randomFolds(columns, folds, 7), (line) => tell(`at random, ${line}`))
  const honest = crossValidate(columns, groupFolds(groups, folds), (line) => tell(`by source, ${line}`))
  const known = columns.filter(
    ({ facts: { name, samples }, meaning }) =>
      columnMeaning({ name, samples, total: NaN, nulls: NaN, distinct: NaN }).class === meaning,
  ).length
  const [atRandom, bySource] = [accuracy(columns, random), accuracy(columns, honest)]
  const overall: QualityTable = {
    title: `Column meaning, nine classes, ${columns.length.toLocaleString('en-US')} labelled columns`,
    columns: ['model', 'how tested', 'accuracy', 'macro F1', 'aim', 'source'],
    rows: [
      [
        'Daybook',
        `${folds} folds at random`,
        share(atRandom),
        share(macro(columns, random)),
        reached(atRandom, 0.95),
        'this run',
      ],
      [
        'Daybook',
        `${folds} folds by source file (${new Set(groups).size} groups)`,
        share(bySource),
        share(macro(columns, honest)),
        reached(bySource, 0.82),
        'this run',
      ],
      ['SortingHat random forest', 'its test columns', '.9265', '', '', 'Shah et al. 2021'],
      ['SortingHat CNN', 'its test columns', '.8801', '', '', 'Shah et al. 2021'],
      ['k-nearest neighbours', 'its test columns', '.8796', '', '', 'Shah et al. 2021'],
      ['logistic regression', 'its test columns', '.8584', '', '', 'Shah et al. 2021'],
    ],
    note:
      'Pieces of names are chosen within the training folds. Most published test columns come from files that occur in ' +
      'training too, as in folds at random; by source no file, and no copy of one, is on both sides. Without any ' +
      `statistic (name and samples only) the shipped model still gives ${share(known / columns.length)} of its own training columns their class.`,
  }
  return [overall, byClass(columns, random, honest)]
}

function byClass(columns: readonly LabelledColumn[], random: Uint8Array, honest: Uint8Array): QualityTable {
  return {
    title: 'Column meaning by class',
    columns: ['class', 'columns', 'precision', 'recall', 'precision by source', 'recall by source'],
    rows: meaningClasses.map((name, at) => {
      const [a, b] = [classScore(columns, random, at), classScore(columns, honest, at)]
      return [
        name,
        String(columns.filter(({ meaning }) => meaning === name).length),
        share(a.p),
        share(a.r),
        share(b.p),
        share(b.r),
      ]
    }),
  }
}

function classScore(
  columns: readonly LabelledColumn[],
  given: Uint8Array,
  of: number,
): { p: number; r: number; f1: number } {
  const isIt = (at: number): boolean => columns[at]?.meaning === meaningClasses[of]
  const places = columns.map((_, at) => at)
  const found = places.filter((at) => given[at] === of)
  return scoreOf(found.filter(isIt).length, found.length, places.filter(isIt).length)
}

function macro(columns: readonly LabelledColumn[], given: Uint8Array): number {
  return (
    meaningClasses.reduce((sum, _, of) => sum + classScore(columns, given, of).f1, 0) / meaningClasses.length
  )
}

function reached(value: number, aim: number): string {
  return `>= ${aim} ${value >= aim ? 'reached' : 'missed'}`
}
