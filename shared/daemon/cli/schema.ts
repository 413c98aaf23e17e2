import { readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { Problem } from '../../base/problem.ts'
import { dataDefaults } from '../../data/data_process.ts'
import { lintInProcess } from '../../data/lint_process.ts'
import { formatSchema, inferSchema, parseSchema, type TableSchema } from '../../data/schema.ts'
import {
  type SchemaForm,
  schemaForms,
  toFrictionless,
  toJsonSchema,
  toPandera,
} from '../../data/schema_export.ts'
import type { CommandContext } from './context.ts'
import { withInterrupt } from './interrupt.ts'

/** Options of `daybook schema`. */
export interface SchemaCommandOptions {
  as: SchemaForm
  table?: string
}

/** `daybook schema`: what a table that is known to be good says about the next one; or a schema in another form. */
export async function schemaCommand(
  context: CommandContext,
  path: string,
  options: SchemaCommandOptions,
): Promise<number> {
  const isSchema = ['.yaml', '.yml'].includes(extname(path))
  const schema = isSchema ? readSchema(path) : await inferFromFile(context, path, options)
  context.terminal.out(context.json ? JSON.stringify(schema, null, 2) : show(schema, options.as).trimEnd())
  return 0
}

/**
 * Reads a schema from a file.
 * @throws Problem that says what in it is wrong
 */
export function readSchema(path: string): TableSchema {
  try {
    return parseSchema(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('not_found', `Cannot read the schema ${path}: ${(error as Error).message}`, {
      hint: 'daybook schema DATA > schema.yaml makes one from data.',
      cause: error,
    })
  }
}

/** The form that a word names. @throws Problem for another word */
export function parseSchemaForm(word: string): SchemaForm {
  const form = schemaForms.find((known) => known === word)
  if (form !== undefined) return form
  throw new Problem('bad_request', `--as takes ${schemaForms.join(', ')}, not "${word}"`)
}

async function inferFromFile(
  context: CommandContext,
  path: string,
  options: SchemaCommandOptions,
): Promise<TableSchema> {
  const { sampleRows, memoryBytes, threads, timeLimitMs } = dataDefaults
  const request = {
    path: resolve(path),
    against: null,
    table: options.table ?? null,
    rules: {},
    suppress: [],
    sampleRows,
    memoryBytes,
    threads,
    engine: 'auto' as const,
  }
  const progress = (says: string): void => context.terminal.progress(says)
  const report = await withInterrupt((signal) => lintInProcess(request, { timeLimitMs, signal, progress }))
  context.terminal.progress('')
  return inferSchema(report)
}

function show(schema: TableSchema, form: SchemaForm): string {
  if (form === 'pandera') return toPandera(schema)
  if (form === 'frictionless') return toFrictionless(schema)
  return form === 'jsonschema' ? toJsonSchema(schema) : formatSchema(schema)
}
