import iconv from 'iconv-lite'
import { plausibility } from './encoding_plausibility.ts'

/** In which encoding bytes are text. */
export interface Encoding {
  /** As iconv-lite and Python both know it, for example `utf-8`, `windows-1252`, `shift_jis`. */
  name: string
  /** How many bytes at the beginning say so and are no text. */
  markBytes: number
  /** 0..1: 1 where a mark or the bytes themselves leave no doubt. */
  confidence: number
}

const marks: readonly (readonly [string, readonly number[]])[] = [
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** Those that are guessed by how the text reads, the likelier first: it wins where two read alike. */
const guessed = [
  'windows-1252',
  'iso-8859-15',
  'macintosh',
  'windows-1250',
  'iso-8859-2',
  'windows-1251',
  'koi8-r',
  'cp866',
  'windows-1253',
  'windows-1254',
  'cp850',
  'cp437',
  'shift_jis',
  'euc-jp',
  'gb18030',
  'big5',
  'euc-kr',
]

/** So many bytes decide. */
const sampleBytes = 200_000

/**
 * Guesses the encoding of a text from its first bytes: a mark, then zero bytes where UTF-16 and UTF-32 have
 * them, then whether they are valid UTF-8, then which of the older encodings reads like a language. Bytes that are
 * no text in any of them get the encoding with the least damage and a confidence near 0.
 */
export function detectEncoding(bytes: Uint8Array): Encoding {
  for (const [name, mark] of marks) {
    if (mark.every((byte, at) => bytes[at] === byte)) return { name, markBytes: mark.length, confidence: 1 }
  }
  const sample = bytes.subarray(0, sampleBytes)
  const wide = detectWide(sample)
  if (wide !== undefined) return { name: wide, markBytes: 0, confidence: 0.95 }
  if (isUtf8(sample, bytes.length > sample.length)) return { name: 'utf-8', markBytes: 0, confidence: 1 }
  const around = aroundHighBytes(sample)
  let best: Encoding = { name: 'windows-1252', markBytes: 0, confidence: 0 }
  let [bestScore, second] = [-Infinity, -Infinity]
  for (const name of guessed) {
    const score = plausibility(decode(around, name), name)
    if (score > bestScore + 1e-9) {
      second = bestScore
      bestScore = score
      best = { name, markBytes: 0, confidence: 0 }
    } else second = Math.max(second, score)
  }
  const confidence = Math.max(0, Math.min(0.95, 0.5 + (bestScore - second) / 2)) * (bestScore > 0 ? 1 : 0.2)
  return { ...best, confidence }
}

/** All bytes of a text in its encoding; what is not text becomes U+FFFD. */
export function decodeText(bytes: Uint8Array, encoding: Encoding): string {
  return decode(bytes.subarray(encoding.markBytes), encoding.name)
}

/** Decodes a text that comes in pieces, which may cut a character. */
export interface TextStream {
  push(bytes: Uint8Array): string
  end(): string
}

/** @see TextStream */
export function decodeStream(encoding: Encoding): TextStream {
  const decoder = iconv.getDecoder(encoding.name, { stripBOM: false })
  let skip = encoding.markBytes
  return {
    push: (bytes) => {
      const skipped = Math.min(skip, bytes.length)
      skip -= skipped
      return decoder.write(asBuffer(bytes.subarray(skipped)))
    },
    end: () => decoder.end() ?? '',
  }
}

function decode(bytes: Uint8Array, name: string): string {
  return iconv.decode(asBuffer(bytes), name, { stripBOM: false })
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * UTF-16 and UTF-32 without a mark: no other encoding of a text has zero bytes. Every character of UTF-32 has one;
 * in UTF-16 digits, blanks, separators and line ends have theirs on one side.
 */
function detectWide(sample: Uint8Array): string | undefined {
  const length = Math.min(sample.length, 8000) & ~3
  if (length < 4 || !sample.subarray(0, length).includes(0)) return undefined
  const view = new DataView(sample.buffer, sample.byteOffset, length)
  for (const little of [true, false]) {
    let right = 0
    for (let at = 0; at < length; at += 4) {
      const point = view.getUint32(at, little)
      if (point > 0 && point <= 0x10ffff) right++
    }
    if (right === length / 4) return little ? 'utf-32le' : 'utf-32be'
  }
  const plain = { le: 0, be: 0 }
  for (let at = 0; at < length; at += 2) {
    if (isPlain(view.getUint16(at, true))) plain.le++
    if (isPlain(view.getUint16(at, false))) plain.be++
  }
  const least = length / 2 / 50
  if (plain.le > least && plain.le > plain.be * 4) return 'utf-16le'
  if (plain.be > least && plain.be > plain.le * 4) return 'utf-16be'
  return undefined
}

function isPlain(unit: number): boolean {
  return (unit >= 0x20 && unit < 0x7f) || unit === 0x0a || unit === 0x0d || unit === 0x09
}

function isUtf8(sample: Uint8Array, wasCut: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: wasCut })
    return true
  } catch {
    return false
  }
}

/** The lines that have a byte above ASCII: the others say nothing about the encoding. */
function aroundHighBytes(sample: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  let size = 0
  let start = 0
  let high = false
  for (let at = 0; at <= sample.length && size < 20_000; at++) {
    const byte = sample[at]
    if (byte !== undefined && byte >= 0x80) high = true
    if (byte !== undefined && byte !== 0x0a && byte !== 0x0d) continue
    if (high) {
      const line = sample.subarray(start, Math.min(at + 1, sample.length)).subarray(0, 4000)
      parts.push(line)
      size += line.length
    }
    start = at + 1
    high = false
  }
  return Buffer.concat(parts)
}
