import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A key and the certificate that it vouches for itself with, both as PEM. */
export interface OwnCertificate {
  key: string
  certificate: string
}

const oid = {
  commonName: Buffer.from([0x55, 0x04, 0x03]),
  ecdsaWithSha256: Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]),
}

/**
 * Makes a certificate that nobody else vouches for: whoever connects compares its fingerprint. ECDSA on P-256, valid
 * for ten years from the day before `nowMs`.
 * @see RFC 5280 (4.1), RFC 5758 (3.2), ITU-T X.690 (DER)
 */
export function makeCertificate(name: string, nowMs: number): OwnCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(element(0x06, oid.ecdsaWithSha256))
  const attribute = sequence(element(0x06, oid.commonName), element(0x0c, Buffer.from(name, 'utf8')))
  const who = sequence(element(0x31, attribute))
  const serial = randomBytes(16)
  // A positive number whose first byte is not 0: DER knows no other form of it.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const dayMs = 86_400_000
  const content = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, serial),
    algorithm,
    who,
    sequence(time(nowMs - dayMs), time(nowMs + 3650 * dayMs)),
    who,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = sign('sha256', content, privateKey)
  const whole = sequence(content, algorithm, element(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  }
}

/** SHA-256 of a certificate, in hexadecimal digits. */
export function fingerprint(certificate: string): string {
  const body = certificate.replace(/-----[A-Z ]+-----/g, '')
  return createHash('sha256').update(Buffer.from(body, 'base64')).digest('hex')
}

function sequence(...parts: Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts))
}

function element(tag: number, content: Buffer): Buffer {
  const { length } = content
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

/** UTCTime: years up to 2049 only, which RFC 5280 asks for. */
function time(ms: number): Buffer {
  const text = new Date(Math.min(ms, Date.UTC(2049, 11, 31))).toISOString()
  return element(0x17, Buffer.from(text.replace(/^\d\d|\.\d+|[-:T]/g, ''), 'ascii'))
}
