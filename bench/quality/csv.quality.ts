import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { readCsvTable, writeCsv } from '../../shared/data/csv_table.ts'
import { decodeText, detectEncoding } from '../../shared/data/encoding.ts'
import { pollockScore, type PollutedFile, rowFiles, wholeFiles } from './pollock.ts'
import { cleanTables, dataPath, type QualityTable, share, withoutData } from './quality.ts'

const peerPackages = ['clevercsv==0.8.5', 'pandas==3.1.1']

/** The published scores: every row pollution once, and weighted by how often each occurs in the wild. */
const published: readonly (readonly string[])[] = [
  ['SpreadDesktop', '9.92', '9.59'],
  ['CleverCSV', '9.19', '9.45'],
  ['pandas 1.4.3', '9.89', '9.43'],
  ['Python csv', '9.72', '9.43'],
  ['SQLite', '9.95', '9.37'],
  ['UniVocity', '9.93', '7.93'],
  ['LibreOffice', '9.92', '7.83'],
]

/** CSV files: the Pollock benchmark, csv-spectrum, clean tables in many dialects, encodings. */
export async function measure(tell: (line: string) => void): Promise<readonly QualityTable[]> {
  return [...(await pollock(tell)), spectrum(), dialects(tell), encodings()]
}

async function pollock(tell: (line: string) => void): Promise<QualityTable[]> {
  const title = 'CSV loading, Pollock benchmark (score of 10)'
  const folder = dataPath('dirty/pollock/open_files')
  if (folder === undefined) return [withoutData(title, 'dirty/pollock/open_files')]
  const all = [...wholeFiles(folder), ...rowFiles(folder, 1)]
  const some = [...wholeFiles(folder), ...rowFiles(folder, 59)]
  tell(`${all.length} files`)
  const ours = new Map(all.map((file) => [file.name, readOurs(file)]))
  const rows = [
    ['Daybook', `all ${all.length}`, ...scores(all, ours), 'this run'],
    ['Daybook', `${some.length} of them`, ...scores(some, ours), 'this run'],
  ]
  const peers = await readPeers(folder, some, tell)
  for (const [peer, read] of peers ?? [])
    rows.push([peer, `${some.length} of them`, ...scores(some, read), 'this run'])
  for (const [name = '', simple = '', weighted = ''] of published)
    rows.push([name, 'all 2290', simple, weighted, 'Vitagliano et al. 2023'])
  const worst = all
    .map((file) => ({ name: file.name, score: pollockScore(file.clean, ours.get(file.name)) }))
    .sort((a, b) => a.score - b.score)
    .slice(0, 5)
  const note =
    `${peers === undefined ? 'The peers could not be installed here. ' : ''}pandas is told the quote, the escape and the preamble, as in ` +
    `the benchmark; the others, and Daybook, are told nothing. The row pollutions are made again from source.csv. ` +
    `Daybook's lowest: ${worst.map(({ name, score }) => `${name} ${score.toFixed(2)}`).join(', ')}.`
  return [{ title, columns: ['reader', 'files', 'simple', 'weighted', 'source'], rows, note }]
}

function scores(
  files: readonly PollutedFile[],
  read: ReadonlyMap<string, readonly string[][] | undefined>,
): [string, string] {
  const each = files.map((file) => pollockScore(file.clean, read.get(file.name)))
  // Each whole file stands for itself, and each row pollution for as many as its family has.
  const counts = files.map(({ name, weight }) => (name.startsWith('row_') ? weight / weightOfOne(name) : 1))
  const mean = (weights: readonly number[]): string =>
    (
      each.reduce((sum, score, at) => sum + score * weights[at]!, 0) /
      weights.reduce((sum, weight) => sum + weight, 0)
    ).toFixed(3)
  return [mean(counts), mean(files.map(({ weight }) => weight))]
}

function weightOfOne(name: string): number {
  return name.includes('_sep_') ? 520 / 1414 : name.includes('quote') ? 1 / 108 : 1 / 7
}

function readOurs({ text }: PollutedFile): string[][] {
  const { columns, rows, layout } = readCsvTable(text)
  return layout.headerRows === 0 ? rows : [columns, ...rows]
}

async function readPeers(
  source: string,
  files: readonly PollutedFile[],
  tell: (line: string) => void,
): Promise<Map<string, Map<string, string[][] | undefined>> | undefined> {
  let python: string
  try {
    python = await cachedEnvironment('csv-peers', peerPackages)
  } catch {
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'daybook-csv-'))
  try {
    for (const { name, text } of files) {
      writeFileSync(join(folder, `${name}.csv`), text)
      const parameters = join(source, `parameters/${name}.csv_parameters.json`)
      if (existsSync(parameters)) copyFileSync(parameters, join(folder, `${name}.json`))
    }
    const target = join(folder, 'answers.json')
    const child = spawn(python, [join(import.meta.dirname, 'csv_peer.py'), folder, target], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout
      .setEncoding('utf8')
      .on('data', (text: string) => tell(`peers: ${text.trim().split('\n').at(-1) ?? ''}`))
    await once(child, 'close')
    if (!existsSync(target)) return undefined
    const answers = JSON.parse(readFileSync(target, 'utf8')) as Record<
      string,
      Record<string, string[][] | null>
    >
    return new Map(
      Object.entries(answers).map(([peer, read]) => [
        peer,
        new Map(Object.entries(read).map(([name, rows]) => [name.replace(/\.csv$/, ''), rows ?? undefined])),
      ]),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function spectrum(): QualityTable {
  const title = 'csv-spectrum'
  const folder = dataPath('dirty/csv-spectrum')
  if (folder === undefined) return withoutData(title, 'dirty/csv-spectrum')
  // The JSON of this one is an object with another phone number: nobody can be right.
  const names = readdirSync(join(folder, 'csvs')).filter((name) => name !== 'location_coordinates.csv')
  const wrong = names.filter((name) => {
    const { columns, rows } = readCsvTable(readFileSync(join(folder, 'csvs', name), 'utf8'))
    const wanted = readFileSync(join(folder, 'json', name.replace('.csv', '.json')), 'utf8')
    const read = rows.map((row) => Object.fromEntries(row.map((cell, at) => [columns[at] ?? '', cell])))
    return JSON.stringify(read) !== JSON.stringify(JSON.parse(wanted))
  })
  return {
    title,
    columns: ['files', 'right', 'wrong'],
    rows: [[String(names.length), String(names.length - wrong.length), wrong.join(' ')]],
  }
}

function dialects(tell: (line: string) => void): QualityTable {
  const title = 'Clean tables written in other dialects and read without being told'
  const tables = cleanTables().map(({ file, names, cells }) => ({
    file,
    rows: [
      names,
      ...Array.from({ length: Math.min(400, cells[0]?.length ?? 0) }, (_, row) =>
        cells.map((column) => column[row]!),
      ),
    ],
  }))
  if (tables.length === 0) return withoutData(title, 'tabular')
  const rows: string[][] = []
  for (const delimiter of [',', ';', '\t', '|', ', ', '^']) {
    for (const [quote, lineEnd] of [
      ['"', '\n'],
      ['"', '\r\n'],
      ["'", '\n'],
      ['"', '\r'],
    ] as const) {
      tell(JSON.stringify([delimiter, quote, lineEnd]))
      const wrong = tables.filter(({ rows: wanted }) => {
        const text = writeCsv(wanted, { delimiter, quote, escape: 'doubled', lineEnd })
        const { dialect, columns, rows: read, layout } = readCsvTable(text)
        const all = layout.headerRows === 0 ? read : [columns, ...read]
        const named = wanted[0]?.[0] === 'column 1' && layout.headerRows === 0 ? wanted.slice(1) : wanted
        return (
          dialect.delimiter !== delimiter ||
          JSON.stringify(all) !== JSON.stringify(named.map((row) => [...row]))
        )
      })
      rows.push([
        JSON.stringify([delimiter, quote, lineEnd]),
        `${tables.length - wrong.length} of ${tables.length}`,
        wrong.map(({ file }) => file).join(' '),
      ])
    }
  }
  return { title, columns: ['delimiter, quote, line end', 'read exactly', 'not'], rows }
}

const languages: readonly [language: string, text: string, encodings: readonly string[]][] = [
  [
    'French',
    'id,nom,ville\n1,Hélène Dupré,Besançon\n2,François Lefèvre,Orléans\n3,Benoît,Nîmes\n',
    ['windows-1252', 'iso-8859-15', 'macroman', 'cp850'],
  ],
  [
    'German',
    'id,name,ort\n1,Jürgen Groß,München\n2,Käthe Müller,Düsseldorf\n3,Öztürk,Köln\n',
    ['windows-1252', 'macroman', 'cp850', 'cp437'],
  ],
  ['Spanish', 'id,nombre,ciudad\n1,José Núñez,Málaga\n2,María Peña,Córdoba\n', ['windows-1252', 'macroman']],
  [
    'Polish',
    'id,imię,miasto\n1,Łukasz Wiśniewski,Łódź\n2,Małgorzata,Gdańsk\n',
    ['windows-1250', 'iso-8859-2'],
  ],
  ['Czech', 'id,jméno\n1,Jiří Dvořák\n2,Tomáš Černý\n3,Žižka,Plzeň\n', ['windows-1250', 'iso-8859-2']],
  [
    'Russian',
    'номер,имя,город\n1,Иван Петров,Москва\n2,Ольга Смирнова,Казань\n',
    ['windows-1251', 'koi8-r', 'cp866'],
  ],
  ['Greek', 'α/α,όνομα,πόλη\n1,Γιώργος Παπαδόπουλος,Αθήνα\n2,Μαρία,Θεσσαλονίκη\n', ['windows-1253']],
  ['Turkish', 'no,ad,şehir\n1,Ayşe Yılmaz,İstanbul\n2,Çağrı Güneş,Eskişehir\n', ['windows-1254']],
  [
    'Japanese',
    '番号,名前,都市\n1,山田太郎さん,東京です\n2,すずき はなこ,大阪のまち\n',
    ['shift_jis', 'euc-jp'],
  ],
  ['Chinese', '编号,姓名,城市\n1,张伟,北京市\n2,王芳,上海市\n', ['gb18030']],
  ['Chinese, traditional', '編號,姓名,城市\n1,張偉,臺北市\n2,王芳的家,高雄市\n', ['big5']],
  ['Korean', '번호,이름,도시\n1,김철수,서울특별시\n2,이영희,부산광역시\n', ['euc-kr']],
]

function encodings(): QualityTable {
  const unicode = ['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be']
  let [right, count] = [0, 0]
  const rows = languages.map(([language, text, older]) => {
    const wrong = [...older, ...unicode].filter((name) => {
      const bytes = iconv.encode(text, name)
      return decodeText(bytes, detectEncoding(bytes)) !== text
    })
    count += older.length + unicode.length
    right += older.length + unicode.length - wrong.length
    return [language, older.join(' '), wrong.length === 0 ? 'all' : `not ${wrong.join(' ')}`]
  })
  return {
    title: `Encodings without a mark: ${share(right / count)} of ${count} texts of three lines read as written`,
    columns: ['language', 'older encodings (and UTF-8, 16, 32)', 'right'],
    rows,
  }
}
