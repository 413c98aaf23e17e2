import type { CapturedCell } from '../../api/run_methods.ts'
import type { ModelPackage } from '../../models/model_package.ts'

/** What the package's own Python says of it, as `serve/check.py` prints it. */
export interface PackageCheck {
  python: string
  executable: string
  missing: { name: string; wanted: string | null }[]
  different: { name: string; wanted: string; found: string }[]
  pickles: string[]
  /** Names of `__main__` that a pickle refers to without holding them. */
  mainNames: string[]
  /** Code of the notebook that a pickle holds: `function`, `class`. */
  functions: string[]
}

/**
 * What may surprise people when this model answers alone, outside of its notebook: preparation that stays behind in a
 * cell, classes of the notebook, other versions of packages. Each names the cell where there is one.
 */
export function packageNotes(
  model: ModelPackage,
  check: PackageCheck,
  cells: readonly CapturedCell[],
): string[] {
  return [...preparationNotes(model, cells), ...classNotes(check, cells), ...versionNotes(model, check)]
}

function preparationNotes({ signature, flavors }: ModelPackage, cells: readonly CapturedCell[]): string[] {
  const inputs = signature.inputs?.kind === 'columns' ? signature.inputs.columns : []
  const made = inputs.filter(({ name }) => /.[_=]./.test(name))
  const cell = cells.find(({ code }) => /\bget_dummies\s*\(/.test(withoutComments(code)))
  if (cell !== undefined && made.length > 2) {
    return [
      `The model wants ${inputs.length} columns, ${made.length} of which get_dummies made in ${cellName(cell)}: whoever asks ` +
        'would have to make them too. Put make_column_transformer((OneHotEncoder(handle_unknown="ignore"), columns)) into ' +
        'a Pipeline with the model, and give that the raw columns.',
    ]
  }
  if ('sklearn' in flavors && inputs.length === 0 && signature.inputs?.kind === 'tensors') {
    const fitted = cells.find(({ code }) => /\.fit_transform\s*\(/.test(withoutComments(code)))
    if (fitted !== undefined) {
      return [
        `${capital(cellName(fitted))} prepares the columns with fit_transform, which stays behind: put that step into a ` +
          'Pipeline with the model, if the model does not hold it already.',
      ]
    }
  }
  return []
}

function classNotes({ mainNames, functions }: PackageCheck, cells: readonly CapturedCell[]): string[] {
  const named = mainNames.map((name) => {
    const cell = cells.find(({ code }) => new RegExp(`\\b(class|def)\\s+${escape(name)}\\b`).test(code))
    return cell === undefined ? name : `${name} (${cellName(cell)})`
  })
  const notes =
    named.length === 0
      ? []
      : [
          `The model refers to ${named.join(', ')} of its notebook, which the file does not hold. Put that into a .py file ` +
            'beside the notebook and import it, then train again.',
        ]
  if (functions.length === 0) return notes
  const lambda = cells.find(({ code }) =>
    /FunctionTransformer\s*\(\s*lambda|\blambda\b[^\n]*\)\s*,?\s*$/m.test(code),
  )
  const where = lambda === undefined ? '' : `, such as in ${cellName(lambda)}`
  return [
    ...notes,
    `The model carries code of its notebook along (${functions.join(', ')}${where}): it can be loaded by this Python only.`,
  ]
}

function versionNotes({ pythonVersion }: ModelPackage, { python, different }: PackageCheck): string[] {
  const short = (version: string): string => version.split('.').slice(0, 2).join('.')
  const notes = different.map(
    ({ name, wanted, found }) => `It was made with ${name} ${wanted}, this Python has ${found}.`,
  )
  if (pythonVersion !== null && short(pythonVersion) !== short(python))
    notes.push(`It was made with Python ${pythonVersion}, this is ${python}.`)
  return notes
}

function cellName({ code, count }: CapturedCell): string {
  const first = code.split('\n').find((line) => line.trim() !== '') ?? ''
  return `cell [${count ?? ' '}] ("${first.trim().slice(0, 60)}")`
}

function withoutComments(code: string): string {
  return code.replace(/#[^\n]*/g, '')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function escape(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
