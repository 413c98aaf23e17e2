// Trains the model of column meanings on SortingHat's labelled columns and writes it as a module:
// node bench/quality/train_meaning.ts [FILE OF COLUMNS]
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packEnsemble } from '../../shared/data/tree_ensemble.ts'
import { dataFolder } from './data_folder.ts'
import { trainMeaning } from './meaning_training.ts'
import { readLabelledColumns } from './sortinghat.ts'

const root = join(import.meta.dirname, '../..')
const source = process.argv[2] ?? join(dataFolder, 'dirty/sortinghat/data_train.csv')
if (!existsSync(source)) {
  console.error(`There are no labelled columns to train on at ${source}: name the file as an argument`)
  process.exit(1)
}
const columns = readLabelledColumns(source)
console.log(`Training on ${columns.length.toLocaleString('en-US')} columns; this takes about a minute`)
const { grams, trees } = trainMeaning(columns)
const target = join(root, 'shared/data/meaning_model.ts')
const text = `// Written by bench/quality/train_meaning.ts. Learnt from SortingHat's labelled columns (Apache-2.0, see NOTICE).

/** The pieces of names that the model asks for, parted by \`|\`. */
export const meaningGrams =
  '${grams.join('|')}'

/** The trees, as unpackEnsemble reads them. */
export const meaningTrees =
  '${packEnsemble(trees)}'
`
writeFileSync(target, text)
console.log(`Wrote ${target}, ${Math.round(text.length / 1024)} KiB`)
