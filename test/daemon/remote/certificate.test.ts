import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { fingerprint, makeCertificate } from '../../../shared/daemon/remote/certificate.ts'

describe('makeCertificate()', () => {
  it('makes one that OpenSSL reads, signed by its own key, the years that RFC 5280 writes so', () => {
    const nowMs = Date.UTC(2026, 10, 25)
    const { key, certificate } = makeCertificate('daybook', nowMs)
    const read = new X509Certificate(certificate)
    assert.equal(read.subject, 'CN=daybook')
    assert.equal(read.issuer, 'CN=daybook')
    assert.ok(read.verify(read.publicKey))
    assert.match(key, /PRIVATE KEY/)
    assert.equal(read.fingerprint256.replaceAll(':', '').toLowerCase(), fingerprint(certificate))
    assert.equal(new Date(read.validFrom).getTime(), nowMs - 86_400_000)
    assert.equal(new Date(read.validTo).getTime(), nowMs + 3650 * 86_400_000)
  })
})
