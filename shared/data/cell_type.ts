/** What the text of one cell looks like by itself, without its column. */
export type CellType =
  | 'empty'
  | 'integer'
  | 'number'
  | 'percent'
  | 'currency'
  | 'unit'
  | 'date'
  | 'time'
  | 'datetime'
  | 'boolean'
  | 'url'
  | 'email'
  | 'ip'
  | 'code'
  | 'word'
  | 'text'

const months =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
const day = '(?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?'
const number =
  '[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+|\\d{1,3}(?:[, ]\\d{3})+(?:\\.\\d+)?|\\d+,\\d+)(?:[eE][+-]?\\d+)?'
const clock = '(?:[01]?\\d|2[0-4]):[0-5]\\d(?::[0-5]\\d(?:[.,]\\d+)?)?(?:\\s*[ap]\\.?m\\.?)?'
const calendar = [
  '\\d{4}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\\d|3[01])',
  '(?:0?[1-9]|[12]\\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:\\d{4}|\\d{2})',
  '(?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\\d|3[01])[-/.](?:\\d{4}|\\d{2})',
  `${day}[ -]${months}\\.?,?(?:[ -]\\d{2,4})?`,
  `${months}\\.?[ -]${day}(?:,?[ -]\\d{2,4})?`,
  `${months}\\.?[ -]\\d{4}`,
].join('|')

const patterns: readonly (readonly [CellType, RegExp])[] = [
  ['integer', /^[+-]?\d+$/],
  ['number', new RegExp(`^${number}$`)],
  ['percent', new RegExp(`^${number}\\s?%$`)],
  [
    'currency',
    new RegExp(`^[+-]?(?:[$€£¥₹]|USD|EUR|GBP|CHF)\\s?${number}$|^${number}\\s?(?:[$€£¥₹]|USD|EUR|GBP|CHF)$`),
  ],
  ['boolean', /^(?:true|false|yes|no|t|f|y|n)$/i],
  ['date', new RegExp(`^(?:${calendar})$`, 'i')],
  ['time', new RegExp(`^${clock}$`, 'i')],
  ['datetime', new RegExp(`^(?:${calendar})[T ,]\\s*${clock}\\s*(?:Z|UTC|GMT|[+-]\\d{2}:?\\d{2})?$`, 'i')],
  ['url', /^(?:https?|ftp):\/\/\S+$|^www\.[\w-]+\.\S+$/i],
  ['email', /^[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$/i],
  ['ip', /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/],
  ['unit', new RegExp(`^${number}\\s?(?:[a-zµ°]{1,3}\\.?|[a-z]{4,8}\\.?)$`, 'i')],
  ['code', /^(?=[^\s]*\d)[\p{L}\d]+(?:[-_/.:#][\p{L}\d]+)*$/u],
  ['word', /^[\p{L}]+(?:['’.-][\p{L}]+)*\.?$/u],
]

/** The longest text that is looked at; longer ones are `text`. */
const longest = 256

/** What the text of a cell looks like: the first kind that fits, `text` when none does. Blanks around do not count. */
export function cellType(text: string): CellType {
  const trimmed = text.trim()
  if (trimmed === '') return 'empty'
  if (trimmed.length > longest) return /^https?:\/\/\S+$/i.test(trimmed) ? 'url' : 'text'
  for (const [type, pattern] of patterns) if (pattern.test(trimmed)) return type
  return 'text'
}

/** Whether a type says something about the cell's meaning, so that a header does not look like it. */
export function isData(type: CellType): boolean {
  return type !== 'empty' && type !== 'word' && type !== 'text' && type !== 'code'
}
