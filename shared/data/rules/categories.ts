import { type Column, isText } from '../column.ts'
import { searchCells } from '../cell_sample.ts'
import { countWithin } from '../edit_distance.ts'
import { ofSample } from '../loaded.ts'
import type { Checked, Rule, Said } from '../rule.ts'
import { parseNumber } from '../text_number.ts'
import { amount, listed, plural, pythonText, quoted } from '../wording.ts'
import { countCodes } from './disguised.ts'
import { isPersonal } from './personal.ts'

type Texts = Column & { codes: Int32Array }

/** Kinds that differ in case, blanks, accents or punctuation only. */
export const categoryVariants: Rule = {
  id: 'category-variants',
  title: 'The same kind written in several ways',
  level: 'warn',
  why: 'Each way of writing is a kind of its own for an encoder: what is one group is learnt as several.',
  source: 'deepchecks StringMismatch: equal after lower case and without signs; ours folds accents too',
  thresholds: { distinct: 2000 },
  check: (data, { distinct: most = 2000 }) =>
    data.sample.columns
      .filter(isText)
      .filter(
        (column) =>
          column.dictionary.length <= most && column.dictionary.length * 2 < column.length - column.nulls,
      )
      .flatMap((column) => {
        const counts = countCodes(column)
        const groups = new Map<string, number[]>()
        column.dictionary.forEach((text, code) => {
          const base = baseForm(text)
          if (base === '' || parseNumber(text) !== null || (counts[code] ?? 0) === 0) return
          groups.set(base, [...(groups.get(base) ?? []), code])
        })
        const varied = [...groups.values()]
          .filter((codes) => codes.length > 1)
          .map((codes) => codes.sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0)))
          .sort((a, b) => (counts[b[1] ?? 0] ?? 0) - (counts[a[1] ?? 0] ?? 0))
        if (varied.length === 0) return []
        const text = (code: number): string => column.dictionary[code] ?? ''
        const told = varied.map((codes) =>
          codes.map((code) => `${quoted(text(code), 30)} ${amount(counts[code] ?? 0)}`).join(' / '),
        )
        const rows = varied
          .flatMap((codes) => codes.slice(1))
          .reduce((sum, code) => sum + (counts[code] ?? 0), 0)
        const pairs = varied.flatMap(([best = 0, ...others]) =>
          others.map((code) => [text(code), text(best)] as const),
        )
        return [
          {
            where: { kind: 'columns' as const, columns: [column.name] },
            says: `${column.name} has the same written in several ways: ${listed(told, 3)}`,
            evidence: { kinds: varied.length, rows },
            weight: 0.68,
            fixes: mapFix(column.name, pairs),
          },
        ]
      }),
}

/** Kinds that are probably another one misspelt. */
export const typos: Rule = {
  id: 'typo',
  title: 'Kinds that look misspelt',
  level: 'info',
  why: 'A misspelt kind is a kind of its own with hardly any rows.',
  source:
    'own: one letter off a kind that is at least 50 times as frequent; with 6 letters or more, one slip in eight letters off a frequent one',
  thresholds: { ratio: 50, letters: 5 },
  check: (data, { ratio = 50, letters = 5 }) =>
    data.sample.columns.flatMap((column, at) => {
      // Rare names of persons resemble frequent ones by chance.
      if (!isText(column) || column.name === data.target || isPersonal(column)) return []
      const isSmall =
        column.dictionary.length <= 500 && column.dictionary.length * 10 < column.length - column.nulls
      const near = isSmall ? nearUsual(column, ratio, letters) : []
      const known = new Set(near.map(({ odd }) => odd.text))
      return sayTypos(column, [...near, ...slips(data, at).filter(({ odd }) => !known.has(odd.text))])
    }),
}

interface Typo {
  odd: { text: string; count: number }
  meant: string
}

/** Slips in columns of many kinds, found beside a frequent value. */
function slips(data: Checked, at: number): Typo[] {
  const { errors } = searchCells(data.sample)
  const own = errors.filter(
    ({ column, kind, value }) => column === at && kind === 'typo' && value.length >= 6 && !/\d/.test(value),
  )
  const byValue = new Map(own.map((error) => [error.value, error]))
  return [...byValue.values()].map(({ value, rows, suggestion = '' }) => ({
    odd: { text: value, count: rows },
    meant: suggestion,
  }))
}

function nearUsual(column: Texts, ratio: number, letters: number): Typo[] {
  const counts = countCodes(column)
  const usual = column.dictionary
    .map((text, code) => ({ text, count: counts[code] ?? 0 }))
    .filter(({ text, count }) => count > 0 && text.length >= letters && !/\d/.test(text))
  return usual.flatMap((odd) => {
    const meant = usual.find(
      (each) =>
        each.count >= odd.count * ratio &&
        baseForm(each.text) !== baseForm(odd.text) &&
        !isEndingOf(odd.text, each.text) &&
        countWithin(odd.text.toLowerCase(), each.text.toLowerCase(), 1),
    )
    return meant === undefined ? [] : [{ odd, meant: meant.text }]
  })
}

function sayTypos(column: Texts, found: readonly Typo[]): Said[] {
  if (found.length === 0) return []
  const told = found.map(
    ({ odd, meant }) => `${quoted(odd.text, 30)} (${plural(odd.count, 'row')}) for ${quoted(meant, 30)}`,
  )
  const rows = found.reduce((sum, { odd }) => sum + odd.count, 0)
  return [
    {
      where: { kind: 'columns', columns: [column.name] },
      says: `${column.name} has what looks misspelt: ${listed(told, 3)}`,
      level: rows > 3 ? 'warn' : 'info',
      evidence: { kinds: found.length, rows },
      weight: 0.5,
      fixes: mapFix(
        column.name,
        found.map(({ odd, meant }) => [odd.text, meant] as const),
      ),
    },
  ]
}

/** `male` and `female`, `cat` and `cats` are two words, not a slip. */
function isEndingOf(a: string, b: string): boolean {
  return a.endsWith(b) || b.endsWith(a) || a.startsWith(b) || b.startsWith(a)
}

/** A text without case, accents, blanks and signs. */
function baseForm(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}<>=+%$€#&-]/gu, '')
    .replace(/(?<=\p{L})-(?=\p{L})/gu, '')
}

function mapFix(name: string, pairs: readonly (readonly [string, string])[]): Said['fixes'] & object {
  const map = `{${pairs
    .slice(0, 50)
    .map(([from, to]) => `${pythonText(from)}: ${pythonText(to)}`)
    .join(', ')}}`
  const title = 'Write them one way'
  const column = pythonText(name)
  return [
    { title, language: 'pandas', code: `df[${column}] = df[${column}].astype("object").replace(${map})` },
    {
      title,
      language: 'polars',
      code: `df = df.with_columns(pl.col(${column}).cast(pl.String).replace(${map}))`,
    },
  ]
}

/** Text that was read in the wrong encoding, or holds signs that nobody sees. */
export const damagedText: Rule = {
  id: 'damaged-text',
  title: 'Text read in the wrong encoding',
  level: 'warn',
  why: 'Names no longer match those of other tables, and what a tokenizer makes of them is noise.',
  source: 'own; the marks of UTF-8 read as Latin-1 are those that ftfy looks for',
  thresholds: {},
  check: (data) =>
    data.sample.columns.filter(isText).flatMap((column) => {
      const counts = countCodes(column)
      const found = column.dictionary.flatMap((text, code) => {
        const count = counts[code] ?? 0
        return count > 0 && damage.test(text) ? [{ text, count }] : []
      })
      if (found.length === 0) return []
      const rows = found.reduce((sum, { count }) => sum + count, 0)
      const lost = found.some(({ text }) => text.includes('\ufffd'))
      const [first] = found
      const name = pythonText(column.name)
      return [
        {
          where: { kind: 'columns' as const, columns: [column.name] },
          says: `${column.name} has damaged text in ${plural(rows, 'row')}${ofSample(data)}, such as ${quoted(first?.text ?? '')}: ${lost ? 'letters were lost when it was read; read it again in its own encoding' : 'it was read in the wrong encoding, or holds unseen signs'}`,
          evidence: { rows, values: found.length },
          weight: 0.66,
          fixes: lost
            ? [
                {
                  title: 'Read it again',
                  language: 'pandas' as const,
                  code: `df = pd.read_csv(path, encoding="cp1252")  # or the encoding it was written in`,
                },
              ]
            : [
                {
                  title: 'Mend it',
                  language: 'pandas' as const,
                  code: `def mend(text):\n    try:\n        return text.encode("cp1252").decode("utf-8")\n    except (UnicodeError, AttributeError):\n        return text\n\ndf[${name}] = df[${name}].map(mend, na_action="ignore")`,
                },
              ],
        },
      ]
    }),
}

// UTF-8 read as Latin-1 or windows-1252; the sign for a lost letter; control signs other than tab and line breaks.
const damage =
  /Ã[\u0080-\u00bf€ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\u0080-\u00bf™œ\u009d“”¦˜]|Â[\u00a0-\u00bf]|\ufffd|[\u0000-\u0008\u000b\u000e-\u001f]/
