import { readFileSync } from 'node:fs'

/**
 * What a file inside the extension belongs to; the first that fits counts.
 * @type {[name: string, path: RegExp][]}
 */
const parts = [
  ['DuckDB', /^programs\/node_modules\/(@duckdb|detect-libc)\//],
  ['zeromq', /^programs\/node_modules\//],
  ['programs', /^programs\/[^/]+\.mjs$/],
  ['pages', /^(webview|programs\/views)\//],
  ['charts and widgets', /^renderers\//],
  ['Python module', /^programs\/python\//],
  ['example', /^examples\//],
  ['extension, texts, pictures', /./],
]

/**
 * How a .vsix, which is a zip archive, divides among what is in it, the largest part first. Names and headers of the
 * archive itself, some 100 bytes a file, count for nobody.
 * @param {string} path
 * @returns {{ name: string, bytes: number, files: number }[]} bytes as they are packed
 */
export function vsixShares(path) {
  const shares = new Map(parts.map(([name]) => [name, { name, bytes: 0, files: 0 }]))
  for (const entry of zipEntries(readFileSync(path))) {
    const inside = entry.path.replace(/^extension\//, '')
    const [name = ''] = parts.find(([, pattern]) => pattern.test(inside)) ?? []
    const share = shares.get(name)
    if (share === undefined || entry.path.endsWith('/')) continue
    share.bytes += entry.packedBytes
    share.files++
  }
  return [...shares.values()].filter(({ files }) => files > 0).sort((a, b) => b.bytes - a.bytes)
}

/**
 * The same in one line: `DuckDB 23.5, programs 3.6, … (MB); 9.1 MB without DuckDB`.
 * @param {{ name: string, bytes: number }[]} shares
 * @param {number} totalBytes of the archive
 */
export function describeShares(shares, totalBytes) {
  const each = shares.map(({ name, bytes }) => `${name} ${megabytes(bytes)}`).join(', ')
  const duckdb = shares.find(({ name }) => name === 'DuckDB')?.bytes ?? 0
  return `${each} (MB); ${megabytes(totalBytes - duckdb)} MB without DuckDB`
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 1e6).toFixed(bytes < 1e5 ? 2 : 1)
}

/**
 * The files that a zip archive's directory, at its end, names.
 * @param {Buffer} archive below 4 GB
 */
function zipEntries(archive) {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw new Error('This is no zip archive')
  const entries = []
  let at = archive.readUInt32LE(end + 16)
  for (let i = archive.readUInt16LE(end + 10); i > 0; i--) {
    const nameLength = archive.readUInt16LE(at + 28)
    const path = archive.toString('utf8', at + 46, at + 46 + nameLength)
    entries.push({ path, packedBytes: archive.readUInt32LE(at + 20) })
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return entries
}
