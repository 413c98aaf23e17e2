import { isCard, isIban } from './checksum.ts'
import { hasGivenName } from './given_names.ts'
import { nationalIds } from './national_id.ts'
import { findPii, maskOne, maskPii, type PiiKind } from './pii_text.ts'

/** What personal data a column holds. */
export interface ColumnPii {
  kind: PiiKind
  /** What it is more exactly, for example `US social security number`. */
  detail?: string
  /** Whether the cells are such data, or texts that contain some. */
  where: 'cell' | 'inside'
  /** The share of the cells with a value that are or contain such data, 0..1. */
  share: number
  /** How many cells that is, of those looked at. */
  cells: number
  /** 0..1: how sure it is, from name and values together. */
  confidence: number
  /** Up to three values, hidden so that they may be shown. */
  masked: readonly string[]
}

/** So many cells with a value are looked at, spread over the column. */
const looked = 2000

/**
 * Finds out which personal data a column holds, from its name and its values. A value that only looks like such data
 * by chance does not count: digits need the column's name, or a check that nearly all of them pass.
 * At most one finding of each kind, the surest first.
 */
export function columnPii(name: string, values: readonly (string | null)[]): ColumnPii[] {
  const cells = sample(values)
  if (cells.length === 0) return []
  const whole = wholeCells(name, cells)
  const found = whole === undefined ? insideCells(cells) : [whole]
  return found.sort((a, b) => b.confidence - a.confidence)
}

function sample(values: readonly (string | null)[]): string[] {
  const filled = values.filter((value): value is string => value !== null && value.trim() !== '')
  if (filled.length <= looked) return filled.map((value) => value.trim())
  const step = filled.length / looked
  return Array.from({ length: looked }, (_, at) => filled[Math.floor(at * step)]?.trim() ?? '')
}

interface Shape {
  kind: PiiKind
  detail?: string
  /** What a column of them is called; undefined if any column may be one. */
  called?: RegExp
  /** The share of the cells that must fit, with the name and without it (over 1: never). */
  least: readonly [named: number, unnamed: number]
  fits: (cell: string) => boolean
}

const separators = /[_\W]+|(?<=\p{Ll})(?=\p{Lu})/gu

const streets =
  /\b(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|way|place|pl|highway|hwy|circle|parkway|pkwy|terrace|square|sq)\b\.?|(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|straat|laan|vägen|gatan|veien)\b|\b(?:rue|avenue|boulevard|chemin|calle|avenida|via|piazza|viale|rua|ulica|ul\.)\s/iu

const shapes: readonly Shape[] = [
  { kind: 'email', least: [0.3, 0.5], called: /e ?mail/i, fits: (cell) => isAll(cell, 'email') },
  { kind: 'iban', least: [0.3, 0.5], called: /\biban\b/i, fits: (cell) => isIban(cell.replace(/[ -]/g, '')) },
  {
    kind: 'card',
    least: [0.5, 0.8],
    called: /card|kreditkarte|\bpan\b|\bcc\b/i,
    fits: (cell) => /^[\d -]+$/.test(cell) && isCard(cell.replace(/\D/g, '')),
  },
  ...nationalIds.map((id): Shape => ({
    kind: 'national-id',
    detail: `${id.country} ${id.name}`,
    called: id.called,
    // Chance alone must not do: a check that one in ten numbers passes needs the name.
    least: [0.6, id.chance < 0.05 || id.country === 'US' ? 0.8 : 2],
    fits: (cell) =>
      id.written.test(cell) &&
      id.check(id.country === 'FI' ? cell.toUpperCase() : cell.replace(/[\s.+-]/g, '').toUpperCase()),
  })),
  { kind: 'mac', least: [0.5, 0.5], called: /\bmac\b/i, fits: (cell) => isAll(cell, 'mac') },
  { kind: 'ip', least: [0.5, 0.7], called: /\bip(?:v[46])?\b|host/i, fits: (cell) => isAll(cell, 'ip') },
  {
    kind: 'phone',
    least: [0.4, 0.7],
    called: /phone|\btel\b|mobile|cell\b|\bfax\b|telefon|handy/i,
    fits: isPhone,
  },
  {
    kind: 'phone',
    least: [0.6, 2],
    called: /phone|\btel\b|mobile|\bfax\b|telefon|handy/i,
    fits: (cell) => /^\+?\d{7,15}$/.test(cell),
  },
  {
    kind: 'location',
    least: [0.5, 2],
    called: /^(?:lat|latitude|lon|lng|long|longitude)\b|\b(?:latitude|longitude|lat|lon|lng)$/i,
    fits: (cell) => /^-?\d{1,3}\.\d{5,}$/.test(cell),
  },
  {
    kind: 'birth-date',
    least: [0.6, 2],
    called: /birth|\bdob\b|geburts|naissance|nacimiento/i,
    fits: (cell) => /\d{4}/.test(cell) && /^[\d\s./:T-]+$|\d{1,2} \p{L}+ \d{4}/u.test(cell),
  },
  {
    kind: 'address',
    least: [0.3, 0.6],
    called: /address|\baddr\b|street|adresse|direcci[oó]n|indirizzo|strasse|stra(?:ß|ss)e/i,
    fits: (cell) => /\d/.test(cell) && /\p{L}{3}/u.test(cell) && cell.length < 120 && streets.test(cell),
  },
  {
    kind: 'address',
    least: [0.5, 2],
    called: /^(?:home |street |postal |mailing )?address(?: ?1| line 1)?$|^(?:street|adresse|direccion)$/i,
    fits: (cell) => /^\d+[a-z]? \p{L}{2}|\p{L}{3,} \d+[a-z]?$/iu.test(cell),
  },
  {
    kind: 'person-name',
    least: [0.35, 0.9],
    called: /\bnames?$|^(?:first|last)$|passenger|author|owner|contact/i,
    fits: (cell) =>
      cell.length < 80 &&
      (hasGivenName(cell) ||
        /^(?:[\p{L} '’-]+, )?(?:mr|mrs|ms|miss|master|herr|frau|dr)\.? \p{L}/iu.test(cell)),
  },
  {
    kind: 'person-name',
    least: [0.5, 2],
    called: personNames(),
    fits: (cell) =>
      /^(?:(?:mr|mrs|ms|miss|dr|prof|herr|frau)\.? )?[\p{L}][\p{L}'’.-]*(?:[ ,]+(?:\([^)]*\)|["“]?[\p{L}][\p{L}'’.-]*["”]?)){0,6}$/iu.test(
        cell,
      ) && !/^(?:yes|no|true|false)$/i.test(cell),
  },
]

function personNames(): RegExp {
  const first = 'first|given|fore|christian|vor'
  const last = 'last|sur|family|nach|maiden|middle'
  const who = 'person|customer|patient|employee|student|client|passenger|member|contact|holder|user real|full'
  return new RegExp(
    `^(?:${first}|${last}) ?name?s?$|^(?:${who}) names?$|^(?:vor|nach)name$|^(?:pr[ée]nom|nombre|apellidos?|cognome|surname)$`,
    'i',
  )
}

/** The kind of which most cells are. */
function wholeCells(name: string, cells: readonly string[]): ColumnPii | undefined {
  const plain = name.replace(separators, ' ').trim()
  const distinct = new Set(cells).size
  for (const shape of shapes) {
    const named = shape.called?.test(plain) ?? false
    const least = shape.least[named ? 0 : 1]
    // A name that few cells share is a person's; one that all share is a place or a label.
    if (least > 1 || (!named && distinct < Math.min(3, cells.length))) continue
    const fitting = cells.filter((cell) => shape.fits(cell))
    const share = fitting.length / cells.length
    if (share < least || (!named && fitting.length < 2)) continue
    if (shape.kind === 'person-name' && distinct < cells.length * 0.02) continue
    return {
      kind: shape.kind,
      ...(shape.detail === undefined ? {} : { detail: shape.detail }),
      where: 'cell',
      share,
      cells: fitting.length,
      confidence: Math.min(1, (named ? 0.6 : 0.45) + share * 0.4),
      masked: [...new Set(fitting)].slice(0, 3).map((value) => maskOne(shape.kind, value)),
    }
  }
  return undefined
}

/** What stands inside longer texts. */
function insideCells(cells: readonly string[]): ColumnPii[] {
  const byKind = new Map<PiiKind, { cells: number; masked: string[]; detail?: string }>()
  for (const cell of cells) {
    const seen = new Set<PiiKind>()
    for (const match of findPii(cell)) {
      // A few numbers of a column pass any check by chance: as whole cells they count only if most do.
      const isNumber = match.start === 0 && match.end === cell.length && /^[\d -]+$/.test(cell)
      if (seen.has(match.kind) || isNumber) continue
      seen.add(match.kind)
      const entry = byKind.get(match.kind) ?? { cells: 0, masked: [] }
      entry.cells++
      if (match.detail !== undefined) entry.detail = match.detail
      if (entry.masked.length < 3) entry.masked.push(shorten(maskPii(cell)))
      byKind.set(match.kind, entry)
    }
  }
  return [...byKind].map(([kind, { cells: count, masked, detail }]) => ({
    kind,
    ...(detail === undefined ? {} : { detail }),
    where: 'inside',
    share: count / cells.length,
    cells: count,
    confidence: kind === 'phone' || kind === 'ip' ? 0.6 : 0.8,
    masked,
  }))
}

function isAll(cell: string, kind: PiiKind): boolean {
  const [match] = findPii(cell)
  return match?.kind === kind && match.start === 0 && match.end === cell.length
}

function isPhone(cell: string): boolean {
  const text = cell.replace(/\s*(?:x|ext\.?|extension)\s*\d{1,6}$/i, '')
  return isAll(text, 'phone')
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
