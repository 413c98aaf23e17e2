/** How a file can be shown. */
export type FileKind = 'image' | 'html' | 'table' | 'json' | 'text' | 'binary'

const endings: Readonly<Record<string, FileKind>> = {
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  svg: 'image',
  html: 'html',
  htm: 'html',
  csv: 'table',
  tsv: 'table',
  json: 'json',
  pkl: 'binary',
  joblib: 'binary',
  npy: 'binary',
  npz: 'binary',
  parquet: 'binary',
  pt: 'binary',
  safetensors: 'binary',
  zip: 'binary',
  gz: 'binary',
}

/** By the end of its name; what is not known counts as text and is looked at. */
export function kindOfFile(path: string): FileKind {
  return endings[path.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'text'
}

/** Most rows of a table that are shown. */
const mostRows = 500

/** The beginning of a table of separated values (RFC 4180); null if it has one column only. */
export function readTable(text: string, separator: string): { head: string[]; rows: string[][] } | null {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < text.length && rows.length <= mostRows; i++) {
    const letter = text.charAt(i)
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text.charAt(i + 1) === '"') cell += text.charAt(i++)
      else quoted = false
    } else if (letter === '"' && cell === '') quoted = true
    else if (letter === separator || letter === '\n') {
      row.push(cell.replace(/\r$/, ''))
      cell = ''
      if (letter === '\n') {
        rows.push(row)
        row = []
      }
    } else cell += letter
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell])
  const [head, ...others] = rows
  return head === undefined || head.length < 2 ? null : { head, rows: others.slice(0, mostRows) }
}
