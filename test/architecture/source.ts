import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** Source texts by their path from the project folder, with '/' on every system. */
export type Sources = ReadonlyMap<string, string>

/** One import of a file. */
export interface Import {
  /** The file meant, as a path from the project folder, or the name of a package. */
  target: string
  isFile: boolean
  /** Nothing of it is left when the program runs. */
  typeOnly: boolean
}

/** An exported name, and whether a doc comment stands before it. */
export interface ExportedName {
  name: string
  documented: boolean
  isDefault: boolean
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Reads the files of a folder whose names end so, all levels deep. */
export function readSources(folder: string, ends: readonly string[]): Sources {
  const sources = new Map<string, string>()
  for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
    const path = `${folder}/${name.split(sep).join('/')}`
    if (!ends.some((end) => path.endsWith(end)) || path.includes('__pycache__')) continue
    sources.set(path, readFileSync(join(root, path), 'utf8'))
  }
  return sources
}

/** Reads one file of the project. */
export function readProjectFile(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** What a file imports: statically, by `export … from`, and by import() of a constant. */
export function importsOf(path: string, text: string): Import[] {
  const imports: Import[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
        imports.push(resolve(path, node.moduleSpecifier.text, isTypeOnly(node)))
      }
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [what] = node.arguments
      if (what && ts.isStringLiteral(what)) imports.push(resolve(path, what.text, false))
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteral(node.argument.literal))
        imports.push(resolve(path, node.argument.literal.text, true))
    }
    ts.forEachChild(node, visit)
  }
  visit(parse(path, text))
  // A style sheet is text for the page, no code.
  return imports.filter(({ target }) => !target.endsWith('.css'))
}

/** The names that a file exports. */
export function exportsOf(path: string, text: string): ExportedName[] {
  const names: ExportedName[] = []
  for (const statement of parse(path, text).statements) {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
    const has = (kind: ts.SyntaxKind): boolean => modifiers.some((modifier) => modifier.kind === kind)
    const isDefault = ts.isExportAssignment(statement) || has(ts.SyntaxKind.DefaultKeyword)
    if (!isDefault && !has(ts.SyntaxKind.ExportKeyword)) continue
    const documented = ts.getJSDocCommentsAndTags(statement).length > 0
    names.push({ name: nameOf(statement), documented, isDefault })
  }
  return names
}

/** Whether a file uses one of these globals as a call or with `new`. */
export function callsGlobal(path: string, text: string, globals: readonly string[]): boolean {
  let found = false
  const visit = (node: ts.Node): void => {
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && ts.isIdentifier(node.expression)) {
      if (globals.includes(node.expression.text)) found = true
    }
    ts.forEachChild(node, visit)
  }
  visit(parse(path, text))
  return found
}

const parsed = new Map<string, { text: string; tree: ts.SourceFile }>()

function parse(path: string, text: string): ts.SourceFile {
  const known = parsed.get(path)
  if (known?.text === text) return known.tree
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  parsed.set(path, { text, tree })
  return tree
}

function resolve(from: string, specifier: string, typeOnly: boolean): Import {
  if (specifier.startsWith('.')) {
    return { target: posix.join(posix.dirname(from), specifier), isFile: true, typeOnly }
  }
  const parts = specifier.split('/')
  const target = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : specifier
  return { target: specifier.startsWith('node:') ? specifier : packageOf(target), isFile: false, typeOnly }
}

function packageOf(specifier: string): string {
  return specifier.startsWith('@') ? specifier : (specifier.split('/')[0] ?? specifier)
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly
  const clause = node.importClause
  if (clause === undefined) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const named = clause.namedBindings
  if (clause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly)
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(', ')
  }
  const named = statement as ts.Statement & { name?: ts.Node }
  return named.name?.getText() ?? 'default'
}
