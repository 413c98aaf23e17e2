import { parse } from 'yaml'
import { z } from 'zod'
import { Problem } from '../base/problem.ts'

/** Data that a project depends on, and what is expected of it. */
export interface DataSource {
  name: string
  /** A file, a pattern of files, or the address of a database, with variables of the environment put in. */
  path: string
  table: string | null
  target: string | null | undefined
  /** Path of a schema, as `daybook schema` writes one. */
  schema: string | null
  /** How old it may be at most; by the latest time of a column, else by the files themselves. */
  fresh: { withinMs: number; column: string | null } | null
  rows: { least: number | null; most: number | null; change: number | null }
}

const name = z
  .string()
  .regex(/^[\w.-]{1,60}$/, 'take letters, digits, dots and dashes for the name of a source')
const source = z.strictObject({
  path: z.string().min(1),
  table: z.string().optional(),
  target: z.string().nullable().optional(),
  schema: z.string().optional(),
  fresh: z
    .union([z.string(), z.strictObject({ within: z.string(), column: z.string().optional() })])
    .optional(),
  rows: z
    .strictObject({
      least: z.number().int().min(0).optional(),
      most: z.number().int().min(0).optional(),
      change: z.number().positive().optional(),
    })
    .optional(),
})

/**
 * Reads the part `sources:` of a daybook.yaml.
 *
 *     sources:
 *       orders:
 *         path: postgres://reader@db.example/shop
 *         table: orders
 *         schema: schemas/orders.yaml
 *         fresh: {column: created_at, within: 2 days}
 *         rows: {least: 1000, change: 0.5}
 *       days: {path: "data/*.parquet", fresh: 1 day}
 *
 * @param environment for `${NAME}` in paths, so that no password stands in the file
 * @throws Problem that says what in the file is wrong
 */
export function parseSources(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): DataSource[] {
  let whole: unknown
  try {
    whole = parse(text)
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n')
    throw new Problem('bad_request', `daybook.yaml cannot be read: ${line}`, { cause: error })
  }
  const part =
    typeof whole === 'object' && whole !== null ? (whole as Record<string, unknown>)['sources'] : undefined
  if (part === undefined || part === null) return []
  const parsed = z.record(name, source).safeParse(part)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = ['sources', ...(issue?.path ?? [])].join('.')
    throw new Problem('bad_request', `daybook.yaml, ${place}: ${issue?.message ?? 'is not understood'}`)
  }
  return Object.entries(parsed.data).map(([key, given]) => {
    const { within, column = null } =
      typeof given.fresh === 'string' ? { within: given.fresh } : (given.fresh ?? { within: null })
    const { least = null, most = null, change = null } = given.rows ?? {}
    return {
      name: key,
      path: withVariables(given.path, key, environment),
      table: given.table ?? null,
      target: given.target,
      schema: given.schema ?? null,
      fresh: within === null ? null : { withinMs: parseSpan(within, key), column },
      rows: { least, most, change },
    }
  })
}

function withVariables(
  text: string,
  source: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return text.replace(/\$\{(\w+)\}/g, (_, variable: string) => {
    const value = environment[variable]
    if (value !== undefined) return value
    throw new Problem('bad_request', `daybook.yaml, sources.${source}.path: ${variable} is not set`, {
      hint: `export ${variable}=… before the command, or set it where the schedule runs.`,
    })
  })
}

const units = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 } as const

/** `36 hours`, `2 days`, `1 week` in milliseconds. */
function parseSpan(text: string, source: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(minute|hour|day|week)s?$/.exec(text.trim())
  if (found === null)
    throw new Problem(
      'bad_request',
      `daybook.yaml, sources.${source}.fresh: "${text}" is no span: say 90 minutes, 36 hours, 2 days, 1 week`,
    )
  return Number(found[1]) * units[found[2] as keyof typeof units]
}
