import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { redact } from '../../shared/daemon/redact.ts'

interface SecretCase {
  says: string
  text: string
  redacted: string
}

const file = new URL('../fixtures/secrets.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: SecretCase[] }

describe('redact()', () => {
  for (const { says, text, redacted } of cases) {
    it(`takes out: ${says}`, () => assert.equal(redact(text), redacted))
  }
  it('leaves a redacted text as it is', () => {
    for (const { redacted } of cases) assert.equal(redact(redacted), redacted)
  })
})
