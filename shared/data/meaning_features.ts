import { cellType, type CellType } from './cell_type.ts'
import type { ColumnFacts } from './column_facts.ts'

/**
 * A column as the model sees it. What is not known is NaN, and the model has learnt what to do then.
 * @param grams pieces of names that the model knows
 */
export function meaningFeatures(facts: ColumnFacts, grams: readonly string[]): Float64Array {
  const computed = Object.values(describe(facts))
  const values = new Float64Array(computed.length + grams.length)
  values.set(computed)
  const name = gramText(facts.name)
  grams.forEach((gram, at) => {
    values[computed.length + at] = name.includes(gram) ? 1 : 0
  })
  return values
}

/** A name in the form in which its pieces are looked for: words in small letters, digits as 0, blanks around. */
export function gramText(name: string): string {
  const words = name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replace(/\d+/g, '0')
    .replace(/[\W_]+/g, ' ')
    .trim()
  return ` ${words} `
}

const types: readonly CellType[] = [
  'integer',
  'number',
  'percent',
  'currency',
  'unit',
  'date',
  'time',
  'datetime',
  'boolean',
  'url',
  'email',
  'code',
  'word',
  'text',
]

function describe(facts: ColumnFacts): Record<string, number> {
  return { ...describeStatistics(facts), ...describeSamples(facts), ...describeName(facts.name) }
}

function describeStatistics({ total, nulls, distinct, numbers }: ColumnFacts): Record<string, number> {
  const { mean = NaN, deviation = NaN, min = NaN, max = NaN } = numbers ?? {}
  const filled = total - nulls
  return {
    total: Math.log1p(total),
    nulls: total > 0 ? nulls / total : NaN,
    filled: Math.log1p(Math.max(0, filled)),
    distinct: Math.log1p(distinct),
    distinctFew: Math.min(distinct, 40),
    distinctShare: total > 0 ? distinct / total : NaN,
    distinctOfFilled: filled > 0 ? distinct / filled : NaN,
    gaps: filled - distinct,
    numeric: numbers === undefined ? 0 : 1,
    mean: signedLog(mean),
    deviation: signedLog(deviation),
    min: signedLog(min),
    max: signedLog(max),
    range: signedLog(max - min),
    whole: Number(Number.isInteger(min) && Number.isInteger(max)),
    perStep: Number.isInteger(max - min) && max > min ? distinct / (max - min + 1) : NaN,
    variation: mean === 0 ? NaN : signedLog(deviation / Math.abs(mean)),
    place: max > min ? (mean - min) / (max - min) : NaN,
    spread: max > min ? deviation / (max - min) : NaN,
    fromZero: Number(min === 0),
    fromOne: Number(min === 1),
    negative: Number(min < 0),
    unit: Number(min >= 0 && max <= 1),
    year: Number(min >= 1700 && max <= 2100),
    maxIsRound: Number(/^9+$|^10*$/.test(String(max))),
  }
}

function describeSamples({ samples, distinct, total }: ColumnFacts): Record<string, number> {
  const texts = [...new Set(samples)].filter((sample) => sample.trim() !== '').map((sample) => sample.trim())
  const count = texts.length
  const found = texts.map(cellType)
  const share = (test: (text: string, at: number) => boolean): number =>
    count === 0 ? NaN : texts.filter(test).length / count
  const mean = (measure: (text: string) => number): number => average(texts.map(measure))
  const numbers = texts
    .map((text) => Number(text.replace(/[,$%\s]/g, '')))
    .filter((number) => !Number.isNaN(number))
  const lengths = texts.map((text) => text.length)
  const words = texts.map((text) => text.split(/\s+/).length)
  return {
    ...Object.fromEntries(types.map((type) => [`type ${type}`, share((_, at) => found[at] === type)])),
    samples: count,
    fewerThanDistinct: Number(count < Math.min(5, distinct)),
    emptySample: Number(samples.some((sample) => sample.trim() === '')),
    length: mean((text) => Math.log1p(text.length)),
    lengthSpread: deviationOf(lengths),
    longest: Math.log1p(Math.max(0, ...lengths)),
    sameLength: Number(new Set(lengths).size === 1),
    words: average(words),
    wordSpread: deviationOf(words),
    stopWords: mean((text) => text.toLowerCase().match(stopWords)?.length ?? 0),
    letters: mean((text) => (text.match(/\p{L}/gu)?.length ?? 0) / text.length),
    digits: mean((text) => (text.match(/\d/g)?.length ?? 0) / text.length),
    capitals: mean((text) => (text.match(/\p{Lu}/gu)?.length ?? 0) / text.length),
    signs: mean((text) => (text.match(/[^\p{L}\d\s]/gu)?.length ?? 0) / text.length),
    commas: mean((text) => Math.min(20, text.split(',').length - 1)),
    semicolons: mean((text) => Math.min(20, text.split(/[;|]/).length - 1)),
    slashes: mean((text) => Math.min(20, text.split('/').length - 1)),
    colons: mean((text) => Math.min(20, text.split(':').length - 1)),
    dashes: mean((text) => Math.min(20, text.split('-').length - 1)),
    points: mean((text) => Math.min(20, text.split('.').length - 1)),
    brackets: share((text) => /^[[{(].*[\])}]$/s.test(text)),
    list: share((text) => /^[^,;|]+(?:[,;|][^,;|]+){1,}$/.test(text)),
    shortItems: share(
      (text) => /[,;|]/.test(text) && text.split(/[,;|]/).every((part) => part.trim().split(' ').length <= 3),
    ),
    links: share((text) => /https?:\/\/|www\.|\.(?:com|org|gov|net|edu)\b/i.test(text)),
    path: share((text) => /\.(?:jpe?g|png|gif|html?|php|pdf)$/i.test(text)),
    zeroFirst: share((text) => /^0\d/.test(text)),
    upper: share((text) => /\p{L}/u.test(text) && text === text.toUpperCase()),
    sentences: share((text) => /[.!?]$/.test(text) && text.split(' ').length > 3),
    embedded: share((text) => /\d/.test(text) && /[^\d.,\s+-]/.test(text)),
    numberAndMore: share((text) => /^[^\d]{0,4}[\d., ]+[^\d]{0,8}$/.test(text) && /[^\d.]/.test(text)),
    grouped: share((text) => /\d[, ]\d{3}\b/.test(text)),
    decimals: mean((text) => /^-?\d*\.(\d+)$/.exec(text)?.[1]?.length ?? 0),
    exponent: share((text) => /\de[+-]?\d/i.test(text)),
    hex: share((text) => /^(?=.*\d)(?=.*[a-f])[\da-f-]{6,}$/i.test(text)),
    month: share((text) => /\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i.test(text)),
    eightDigits: share((text) => /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(text)),
    yearLike: share((text) => /^(?:1[789]|20)\d{2}$/.test(text)),
    rising: rising(numbers),
    consecutive: consecutive(numbers),
    sampleMin: signedLog(Math.min(...(numbers.length > 0 ? numbers : [NaN]))),
    sampleMax: signedLog(Math.max(...(numbers.length > 0 ? numbers : [NaN]))),
    sampleSpread: signedLog(deviationOf(numbers)),
    sampleZero: Number(numbers.includes(0)),
    sampleWhole: numbers.length > 0 ? numbers.filter(Number.isInteger).length / numbers.length : NaN,
    sharedStart: commonStart(texts),
    perRow: total > 0 ? mean((text) => text.length) / Math.log2(total + 2) : NaN,
  }
}

function describeName(name: string): Record<string, number> {
  const plain = gramText(name)
  const tokens = plain.trim().split(' ')
  const last = tokens.at(-1) ?? ''
  const has = (pattern: RegExp): number => Number(pattern.test(plain))
  return {
    nameLength: name.length,
    nameTokens: tokens.length,
    nameDigits: name.match(/\d/g)?.length ?? 0,
    nameEndsInDigit: Number(/\d$/.test(name)),
    nameNumber: Number(/^\W*(?:\d+)\W*$/.test(name)),
    nameYear: Number(/(?:19|20)\d{2}/.test(name)),
    nameCapitals: name.match(/\p{Lu}/gu)?.length ?? 0,
    nameAllCapitals: Number(name === name.toUpperCase()),
    nameUnderscores: name.split('_').length - 1,
    namePoints: name.split('.').length - 1,
    nameBlanks: name.split(' ').length - 1,
    nameMonth: Number(/(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*/i.test(name)),
    nameId: Number(
      last === 'id' || last === 'ids' || last === 'key' || last === 'uuid' || /Id$|ID$/.test(name),
    ),
    nameCode: has(/ (?:code|cd|no|num|nr|number|zip|postal|fips|index|idx|unnamed) /),
    nameTime: has(
      / (?:date|time|datetime|timestamp|day|dt|year|yr|month|week|hour|start|end|created|updated|modified)/,
    ),
    nameText: has(
      / (?:name|title|desc|description|comment|comments|text|note|notes|address|street|summary|review|body|remark)/,
    ),
    nameCategory: has(
      / (?:type|status|category|class|gender|sex|race|group|flag|state|country|region|level|is|has|yes|cat|kind|mode)/,
    ),
    nameAmount: has(
      / (?:amount|amt|count|total|sum|avg|mean|rate|ratio|percent|pct|price|cost|value|score|age|salary|income|length|width|height|weight|size|temp|std|max|min|population|qty|quantity|num) /,
    ),
    nameLink: has(/ (?:url|link|website|href|image|img|photo|web|site|source)/),
    namePlace: has(/ (?:lat|lon|lng|latitude|longitude|location|geom|geometry|coordinates|zip|city|county) /),
    namePlural: Number(/[a-z]{3}s$/.test(last) && !/ss$/.test(last)),
    nameQuestion: Number(/^q\d|\?$/.test(name.toLowerCase())),
  }
}

const stopWords =
  /\b(?:the|a|an|of|and|or|in|on|to|for|is|was|are|with|by|from|at|as|it|this|that|be|not|i|you|he|she|we|they|my|your)\b/g

function signedLog(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value))
}

function average(values: readonly number[]): number {
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviationOf(values: readonly number[]): number {
  const mean = average(values)
  return Math.sqrt(average(values.map((value) => (value - mean) ** 2)))
}

function rising(numbers: readonly number[]): number {
  if (numbers.length < 2) return NaN
  return Number(numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0)))
}

function consecutive(numbers: readonly number[]): number {
  if (numbers.length < 2) return NaN
  return Number(numbers.every((number, at) => at === 0 || number === (numbers[at - 1] ?? 0) + 1))
}

/** How many characters all texts begin with. */
function commonStart(texts: readonly string[]): number {
  const [first = '', ...others] = texts
  let length = 0
  while (length < first.length && others.every((other) => other[length] === first[length])) length++
  return texts.length < 2 ? NaN : length
}
