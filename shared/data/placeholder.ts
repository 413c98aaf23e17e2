/** Texts that people and programs write where a value is missing; compared in lower case, without blanks around. */
const surely = new Set([
  '?',
  '??',
  'na',
  'n/a',
  '#n/a',
  '<na>',
  'nan',
  'null',
  'nil',
  '(null)',
  '#null!',
  '\\n',
  'missing',
  '-',
  '--',
  '---',
  '.',
  '..',
  '*',
  'not available',
  'n.a.',
  'n.a',
  'no data',
  'nodata',
  'not specified',
  'tbd',
  'tba',
  'undefined',
  '#value!',
  '#ref!',
  '#div/0!',
  '#name?',
  'none given',
  'not provided',
  'k.a.',
  'fehlt',
  's/o',
  'n/d',
])

/** Texts that may mean "missing" or be an answer of their own. */
const perhaps = new Set([
  '',
  'none',
  'unknown',
  'unk',
  'other/unknown',
  'not stated',
  'not applicable',
  'unbekannt',
  'x',
  'xx',
  'xxx',
])

/** Whether a text stands for a missing value: `surely`, `perhaps` or not at all. */
export function placeholderKind(text: string): 'surely' | 'perhaps' | null {
  const plain = text.trim().toLowerCase()
  if (surely.has(plain)) return 'surely'
  return perhaps.has(plain) ? 'perhaps' : null
}
