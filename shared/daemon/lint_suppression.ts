import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isSeq, parseDocument, type Document } from 'yaml'
import { Problem } from '../base/problem.ts'
import type { Suppression } from '../data/lint.ts'
import { parseLintSettings } from '../data/lint_settings.ts'

/** Begins a daybook.yaml that there was not. */
const begin = '# What this project has decided; see docs/data-lint.md.\n'

/**
 * Notes an accepted finding in the project's daybook.yaml, which stays as it was written otherwise.
 * @throws Problem if the file is broken: it is not touched then
 */
export function addSuppression(root: string, suppression: Suppression): string {
  return change(root, (document) => {
    const path = ['lint', 'suppress']
    const list = document.getIn(path)
    if (list !== undefined && !isSeq(list))
      throw new Problem('bad_request', 'daybook.yaml, lint.suppress: a list is expected')
    if (list === undefined) document.setIn(path, document.createNode([]))
    document.addIn(path, document.createNode(suppression, { flow: true }))
  })
}

/** Takes out what `addSuppression` noted: the entries of the same rule, columns and data. */
export function removeSuppression(root: string, suppression: Omit<Suppression, 'reason'>): string {
  return change(root, (document) => {
    const list = document.getIn(['lint', 'suppress'])
    if (!isSeq(list)) return
    list.items = list.items.filter(
      (item) => !isMap(item) || !isSame(item.toJSON() as Suppression, suppression),
    )
  })
}

function isSame(known: Suppression, wanted: Omit<Suppression, 'reason'>): boolean {
  const plain = ({ rule, columns, data }: Omit<Suppression, 'reason'>): string =>
    JSON.stringify([rule, columns ?? null, data ?? null])
  return plain(known) === plain(wanted)
}

function change(root: string, work: (document: Document) => void): string {
  const path = join(root, 'daybook.yaml')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : begin
  // Says in its own words what is wrong, before anything is changed.
  parseLintSettings(text)
  const document = parseDocument(text)
  work(document)
  const changed = document.toString({ lineWidth: 0 })
  parseLintSettings(changed)
  writeFileSync(`${path}.new`, changed)
  renameSync(`${path}.new`, path)
  return path
}
