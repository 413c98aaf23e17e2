import { inflateRawSync } from 'node:zlib'

/** So large may one file be when it is unpacked, bytes: a small archive can hold an endless one. */
const limitBytes = 1_000_000_000

/**
 * The files of a zip archive by name, unpacked when they are asked for.
 * @throws RangeError if it is cut, encrypted, split or packed in another way than by deflate
 * @see PKWARE, APPNOTE.TXT: end of central directory (4.3.16), central directory (4.3.12)
 */
export function readZip(bytes: Buffer): Map<string, () => Buffer> {
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  if (end < 0 || end + 22 > bytes.length) throw new RangeError('the archive is cut')
  const files = new Map<string, () => Buffer>()
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50)
      throw new RangeError('its list of files is broken')
    const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)]
    const [packed, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)]
    const [named, extra, comment] = [
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
      bytes.readUInt16LE(at + 32),
    ]
    const place = bytes.readUInt32LE(at + 42)
    const name = bytes.toString('utf8', at + 46, at + 46 + named)
    files.set(name, () => {
      if ((flags & 1) === 1) throw new RangeError(`${name} is encrypted`)
      if (size > limitBytes) throw new RangeError(`${name} has ${size} bytes unpacked`)
      // The local header may have another extra field than the list.
      const begin = place + 30 + bytes.readUInt16LE(place + 26) + bytes.readUInt16LE(place + 28)
      const data = bytes.subarray(begin, begin + packed)
      if (method === 0) return data
      if (method !== 8) throw new RangeError(`${name} is packed in a way that is not known (${method})`)
      return inflateRawSync(data, { maxOutputLength: limitBytes })
    })
    at += 46 + named + extra + comment
  }
  return files
}
