import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { parameterLanguage, WrittenNumber } from '../../shared/notebook/literal.ts'
import type { ParameterValue } from '../../shared/notebook/literal.ts'
import { skip } from '../skip.ts'
import { runPython } from './python_peer.ts'

/** Gives the values of R expressions, read from its input, as JSON; numbers as their bytes in hexadecimal. */
const program = `
lines <- readLines(file("stdin", encoding = "UTF-8"), encoding = "UTF-8")
show <- function(x) {
  if (is.null(x)) return("null")
  if (is.logical(x)) return(if (x) "true" else "false")
  if (is.character(x)) return(paste0("[", paste(utf8ToInt(enc2utf8(x)), collapse = ","), "]"))
  if (is.numeric(x)) return(paste0("{\\"n\\":\\"", sprintf("%a", x), "\\"}"))
  names <- if (is.null(names(x))) rep("", length(x)) else names(x)
  parts <- mapply(function(name, value) paste0("[", show(name), ",", show(value), "]"), names, x)
  paste0("{\\"l\\":[", paste(parts, collapse = ","), "]}")
}
for (line in lines) cat(show(eval(parse(text = line, encoding = "UTF-8"))), "\\n", sep = "")`

const anyValue: fc.Arbitrary<ParameterValue> = fc.letrec<{ value: ParameterValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => (Number.isInteger(value) ? new WrittenNumber(value) : value)),
    fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\0')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), tie('value'), {
      minKeys: 1,
      maxKeys: 3,
    }),
  ),
})).value

describe('literals against the real R', () => {
  before(function () {
    this.timeout(60_000)
    const found = spawnSync('Rscript', ['-e', 'cat(1)'], { encoding: 'utf8', timeout: 30_000 })
    if (found.status !== 0) skip(this, 'R is not installed: sudo apt install r-base-core')
  })

  it('are the values that were meant', async () => {
    const values = fc.sample(anyValue, 400)
    const { literal } = parameterLanguage('r')
    const input = values.map(literal).join('\n') + '\n'
    const env = { ...process.env, LC_ALL: 'C.UTF-8' }
    const printed = await runPython('Rscript', ['--vanilla', '-e', program], { input, env })
    const lines = printed.trimEnd().split('\n')
    assert.equal(lines.length, values.length)
    values.forEach((value, i) =>
      assert.deepEqual(readShown(JSON.parse(lines[i] ?? '')), plainly(value), literal(value)),
    )
  }).timeout(120_000)
})

/** A value as R can tell it: whole numbers and others are one, an empty dictionary is an empty list. */
function plainly(value: ParameterValue): unknown {
  if (value instanceof WrittenNumber) return value.value
  if (typeof value !== 'object' || value === null) return value
  const entries = Array.isArray(value)
    ? value.map((item: ParameterValue) => ['', item] as const)
    : Object.entries(value)
  return entries.map(([name, item]) => [name, plainly(item)])
}

function readShown(shown: unknown): unknown {
  if (Array.isArray(shown)) return String.fromCodePoint(...(shown as number[]))
  if (typeof shown !== 'object' || shown === null) return shown
  const { n, l } = shown as { n?: string; l?: [unknown, unknown][] }
  if (n !== undefined) return readHexFloat(n)
  return (l ?? []).map(([name, item]) => [readShown(name), readShown(item)])
}

/** A number as C's %a prints it: exact, whatever its size. */
function readHexFloat(text: string): number {
  const [, sign = '', whole = '0', fraction = '', exponent = '0'] =
    /^(-?)0x([01])\.?([\da-f]*)p([+-]\d+)$/.exec(text) ?? []
  const digits = Number.parseInt(whole + fraction.padEnd(13, '0'), 16)
  // In two steps: 2 to the power of -1074 and less would be zero before it is multiplied.
  const power = Number(exponent) - 52
  const value = power < -1000 ? digits * 2 ** -1000 * 2 ** (power + 1000) : digits * 2 ** power
  return sign === '-' ? -value : value
}
