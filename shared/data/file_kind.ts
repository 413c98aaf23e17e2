import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { Problem } from '../base/problem.ts'

/** What a data file holds. */
export type FileKind = 'csv' | 'json' | 'parquet' | 'arrow' | 'sqlite' | 'excel'

/**
 * What a file holds, by its first bytes rather than by its name.
 * @throws Problem `data_unreadable` for what is no table, with what it is instead
 */
export function fileKind(path: string): FileKind {
  const head = readHead(path)
  if (head.length === 0) {
    throw new Problem('data_unreadable', `${path} is empty: 0 bytes`, {
      hint: 'Look where it is written: the write may have failed, or not ended yet.',
    })
  }
  const begins = (text: string): boolean => head.toString('latin1', 0, text.length) === text
  if (begins('PAR1')) return 'parquet'
  if (begins('ARROW1') || begins('\xff\xff\xff\xff')) return 'arrow'
  if (begins('SQLite format 3\0')) return 'sqlite'
  if (begins('PK\x03\x04') && /\.xls[xm]$/i.test(path)) return 'excel'
  const known = binaryKinds.find(({ magic }) => begins(magic))
  if (
    known !== undefined &&
    !(known.magic === '\x1f\x8b' && /\.(csv|tsv|txt|json|jsonl|ndjson)\.gz$/i.test(path))
  ) {
    throw new Problem('data_unreadable', `${path} is ${known.says}, not a table`, { hint: known.hint })
  }
  if (known !== undefined) return /\.(json|jsonl|ndjson)\.gz$/i.test(path) ? 'json' : 'csv'
  const utf16 = begins('\xff\xfe') || begins('\xfe\xff')
  if (!utf16 && head.includes(0) && !looksUtf16(head)) {
    const named = namedKinds[extname(path).toLowerCase()]
    const says =
      named === undefined ? 'is not text: there are zero bytes in it' : `does not begin as ${named} does`
    throw new Problem('data_unreadable', `${path} ${says}`, {
      hint: "It may be compressed, cut, or of a program's own format whatever its name says.",
    })
  }
  if (/\.(json|jsonl|ndjson|geojson)$/i.test(path)) {
    if (depth(head) > deepest)
      throw new Problem('data_unreadable', `${path} holds values nested more than ${deepest} deep`, {
        hint: 'Take out of it what is a table: a list of objects.',
      })
    return 'json'
  }
  const first = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
  return !/\.(csv|tsv|txt|data|dat)$/i.test(path) && /^(\{"|\[\s*\{)/.test(first) ? 'json' : 'csv'
}

/** What a file should hold by its name, where that is no text. */
const namedKinds: Readonly<Record<string, string>> = {
  '.parquet': 'a Parquet file',
  ...{ '.arrow': 'an Arrow file', '.feather': 'an Arrow file' },
  ...{ '.sqlite': 'an SQLite database', '.sqlite3': 'an SQLite database', '.db': 'an SQLite database' },
  ...{ '.xlsx': 'an Excel workbook', '.xlsm': 'an Excel workbook' },
}

/**
 * The first bytes of a file.
 * @throws Problem `data_unreadable` if there is no such file, or it is a folder
 */
export function readHead(path: string, bytes = 65_536): Buffer {
  try {
    if (statSync(path).isDirectory()) {
      throw new Problem('data_unreadable', `${path} is a folder`, {
        hint: `Name its files: "${path}/*.parquet"`,
      })
    }
    const file = openSync(path, 'r')
    try {
      const head = Buffer.alloc(bytes)
      return head.subarray(0, readSync(file, head, 0, bytes, 0))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof Problem) throw error
    const code = (error as NodeJS.ErrnoException).code
    throw new Problem(
      code === 'ENOENT' ? 'not_found' : 'data_unreadable',
      code === 'ENOENT' ? `There is no file ${path}` : `Cannot read ${path}: ${(error as Error).message}`,
      { cause: error },
    )
  }
}

/** DuckDB's reader takes a minute for 1,000 levels, and crashes at 10,000. */
const deepest = 250

/** How deep JSON is nested at most, as far as these bytes go. */
function depth(head: Buffer): number {
  let [now, most, isText] = [0, 0, false]
  for (let i = 0; i < head.length; i++) {
    const letter = head[i]
    if (isText && letter === 0x5c) i++
    else if (letter === 0x22) isText = !isText
    else if (isText) continue
    else if (letter === 0x5b || letter === 0x7b) most = Math.max(most, ++now)
    else if (letter === 0x5d || letter === 0x7d) now--
  }
  return most
}

const unzip = 'Unpack it first.'
const binaryKinds = [
  {
    magic: 'PK\x03\x04',
    says: 'a zip archive',
    hint: 'An Excel workbook is read if it is named .xlsx; unpack an archive first.',
  },
  {
    magic: '\x1f\x8b',
    says: 'compressed with gzip',
    hint: 'Name it .csv.gz or .json.gz if it holds such a file, or unpack it.',
  },
  { magic: 'BZh', says: 'compressed with bzip2', hint: unzip },
  { magic: '\xfd7zXZ', says: 'compressed with xz', hint: unzip },
  { magic: '(\xb5/\xfd', says: 'compressed with zstd', hint: unzip },
  { magic: '%PDF', says: 'a PDF', hint: 'A table in it must be taken out with another tool.' },
  { magic: '\x89PNG', says: 'a picture', hint: 'Data lint reads tables.' },
  { magic: '\xff\xd8\xff', says: 'a picture', hint: 'Data lint reads tables.' },
  { magic: '\x7fELF', says: 'a program', hint: 'Data lint reads tables.' },
  {
    magic: '\x89HDF',
    says: 'an HDF5 file',
    hint: 'Read it in a notebook with pandas.read_hdf: frames are checked there too.',
  },
  {
    magic: '\xd0\xcf\x11\xe0',
    says: 'an old Office document',
    hint: 'Read it in a notebook with pandas.read_excel.',
  },
  {
    magic: '\x80\x04',
    says: 'a Python pickle',
    hint: 'Load it in a notebook: frames are checked there too.',
  },
  {
    magic: '\x80\x05',
    says: 'a Python pickle',
    hint: 'Load it in a notebook: frames are checked there too.',
  },
] as const

/** Every other byte zero at nearly all places: text of 16 bits without a mark. */
function looksUtf16(head: Buffer): boolean {
  const zeros = [0, 0]
  head.subarray(0, 2000).forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1
  })
  const half = Math.min(head.length, 2000) / 2
  return Math.max(...zeros) > 0.7 * half && Math.min(...zeros) < 0.1 * half
}
