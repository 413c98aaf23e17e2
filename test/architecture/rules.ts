import { posix } from 'node:path'
import { callsGlobal, exportsOf, importsOf, type Sources } from './source.ts'

/** Who may import whom: folder of shared/ to the folders it may use beside itself. */
export type ImportTable = Readonly<Record<string, readonly string[]>>

/** Imports that the table does not allow. `anyTypes` names folders that may import types from everywhere. */
export function forbiddenImports(sources: Sources, may: ImportTable, anyTypes: readonly string[]): string[] {
  const found: string[] = []
  for (const [path, text] of sources) {
    const folder = folderOf(path)
    const allowed = may[folder]
    if (allowed === undefined) {
      found.push(`${path}: the folder "${folder}" is not in the table`)
      continue
    }
    for (const { target, isFile, typeOnly } of importsOf(path, text)) {
      if (!isFile) continue
      const other = /^(shared|extension|jupyterlab)\//.test(target) ? folderOf(target) : target
      if (other === folder || allowed.includes(other) || (typeOnly && anyTypes.includes(folder))) continue
      found.push(`${path} imports ${target}`)
    }
  }
  return found
}

/** Imports of files that are not there. */
export function danglingImports(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) =>
    importsOf(path, text)
      .filter(({ target, isFile }) => isFile && !sources.has(target))
      .map(({ target }) => `${path} imports ${target}, which is not there`),
  )
}

/** Circles of imports between files, each named once: types count too, as they also must be read in circles. */
export function importCycles(sources: Sources): string[] {
  const found = new Map<string, string>()
  const state = new Map<string, 'open' | 'done'>()
  const trail: string[] = []
  const visit = (path: string): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      const circle = trail.slice(trail.indexOf(path))
      found.set([...circle].sort().join(), [...circle, path].join(' -> '))
      return
    }
    state.set(path, 'open')
    trail.push(path)
    for (const { target, isFile } of importsOf(path, sources.get(path) ?? '')) {
      if (isFile && sources.has(target)) visit(target)
    }
    trail.pop()
    state.set(path, 'done')
  }
  for (const path of sources.keys()) visit(path)
  return [...found.values()]
}

/** Packages and modules of Node that reach outside of the process. */
const outside =
  /^(node:(fs|fs\/promises|net|tls|http|https|http2|dgram|child_process|worker_threads|sqlite)|ws|zeromq)$/

/** Files that open files, sockets or processes and are not named, and named ones that do not. */
export function unnamedOpeners(sources: Sources, named: readonly string[]): string[] {
  const opens = [...sources].filter(([path, text]) => reachesOutside(path, text)).map(([path]) => path)
  const unnamed = opens.filter((path) => !named.includes(path))
  const idle = named.filter((path) => !opens.includes(path))
  return [
    ...unnamed.map((path) => `${path} opens files, sockets or processes and is not named as one that may`),
    ...idle.map((path) => `${path} is named as one that opens something and does not`),
  ]
}

function reachesOutside(path: string, text: string): boolean {
  const imports = importsOf(path, text).filter(({ typeOnly }) => !typeOnly)
  return imports.some(({ target }) => outside.test(target)) || callsGlobal(path, text, ['fetch', 'WebSocket'])
}

/** Packages that are imported where they may not be: package to the folders or files that may. */
export function misplacedPackages(
  sources: Sources,
  where: Readonly<Record<string, readonly string[]>>,
): string[] {
  const found: string[] = []
  for (const [path, text] of sources) {
    for (const { target, isFile, typeOnly } of importsOf(path, text)) {
      if (isFile || (target.startsWith('node:') && !(target in where))) continue
      const places = where[target.startsWith('node:') ? target : packageOf(target)]
      if (typeOnly && places !== undefined) continue
      if (places?.some((place) => path === place || path.startsWith(`${place}/`))) continue
      found.push(`${path} imports ${target}`)
    }
  }
  return found
}

/** `@scope/name/part.js` and `name/part` become the package's name. */
function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}

/** File names that say nothing about what is inside, barrels, and names in another style. */
export function badNames(paths: Iterable<string>): string[] {
  const empty = /^(utils?|helpers?|common|misc|types?|manager|index)$/
  return [...paths].filter((path) => {
    const stem = posix.basename(path).split('.')[0] ?? ''
    return empty.test(stem) || !/^_{0,2}[a-z0-9]+(_[a-z0-9]+)*_{0,2}$/.test(stem)
  })
}

/** Files of more than 400 lines. */
export function longFiles(sources: Sources): string[] {
  return [...sources]
    .map(([path, text]) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > 400)
    .map(({ path, lines }) => `${path}: ${lines} lines`)
}

/** Exports without a doc comment, and default exports. */
export function undocumentedExports(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) =>
    exportsOf(path, text)
      .filter(({ documented, isDefault }) => !documented || isDefault)
      .map(
        ({ name, isDefault }) => `${path}: ${isDefault ? 'default export' : `${name} has no doc comment`}`,
      ),
  )
}

/** Marks of things left undone or switched off. A switched-off lint rule needs its reason after " -- ". */
export function leftMarks(sources: Sources): string[] {
  // Written in two halves, so that this file does not find itself.
  const marks = new RegExp(
    [
      'TO' + 'DO\\b',
      'FIX' + 'ME\\b',
      '@ts-' + 'ignore',
      '@ts-' + 'nocheck',
      'eslint-' + 'disable(?!.* -- )',
    ].join('|') +
      '|\\b(it|describe)\\.(on' +
      'ly|sk' +
      'ip)\\(',
  )
  const found: string[] = []
  for (const [path, text] of sources) {
    text.split('\n').forEach((line, at) => {
      if (marks.test(line)) found.push(`${path}:${at + 1}: ${line.trim()}`)
    })
  }
  return found
}

/** A folder of shared/, or a host as a whole. */
function folderOf(path: string): string {
  const [top = '', folder = ''] = path.split('/')
  return top === 'shared' ? folder : top
}
