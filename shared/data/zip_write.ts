import { crc32, deflateRawSync } from 'node:zlib'

/**
 * A zip archive of files by name, `/` between folders. The same files give the same bytes.
 * @throws RangeError if it would need the format's extension for more than 65,535 files or 4 GB
 * @see PKWARE, APPNOTE.TXT: local file header (4.3.7), central directory (4.3.12), its end (4.3.16)
 */
export function writeZip(files: ReadonlyMap<string, Buffer>): Buffer {
  const parts: Buffer[] = []
  const list: Buffer[] = []
  let at = 0
  for (const [name, data] of files) {
    const packed = deflateRawSync(data)
    const named = Buffer.from(name, 'utf8')
    // Version 2.0, names in UTF-8, deflate; time and date of 1980-01-01.
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(0x0800, 2)
    shared.writeUInt16LE(8, 4)
    shared.writeUInt16LE(0x21, 8)
    shared.writeUInt32LE(crc32(data), 10)
    shared.writeUInt32LE(packed.length, 14)
    shared.writeUInt32LE(data.length, 18)
    shared.writeUInt16LE(named.length, 22)
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), shared, named, packed)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(at, 10)
    list.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, rest, named)
    at += 30 + named.length + packed.length
  }
  const listed = Buffer.concat(list)
  if (files.size > 65_535 || at + listed.length > 0xffff_ffff)
    throw new RangeError('too much for one archive')
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.size, 4)
  end.writeUInt16LE(files.size, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06', 'latin1'), end])
}
