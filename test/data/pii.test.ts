import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isCard, isIban, luhn, verhoeff } from '../../shared/data/checksum.ts'
import { nationalIdsOf } from '../../shared/data/national_id.ts'
import { columnPii } from '../../shared/data/pii.ts'
import { findPii, maskOne, maskPii } from '../../shared/data/pii_text.ts'

describe('personal data in a text', () => {
  const found: readonly [text: string, kinds: string][] = [
    ['write to max.muster@example.org, please', 'email'],
    ['call +49 30 901820 or (205) 325-8100', 'phone phone'],
    ['IBAN DE89 3704 0044 0532 0130 00 or GB82WEST12345698765432', 'iban iban'],
    ['card 4242 4242 4242 4242, other 378282246310005', 'card card'],
    ['ssn 078-05-1120', 'national-id'],
    ['cf RSSMRA85T10A562S', 'national-id'],
    ['host 192.168.1.17 and fe80:0:0:0:1:2:3:4', 'ip ip'],
    ['mac 00:1B:44:11:3A:B7', 'mac'],
    [`token ghp_${'a1'.repeat(18)}`, 'secret'],
  ]
  for (const [text, kinds] of found) {
    it(`is found: ${text}`, () =>
      assert.equal(
        findPii(text)
          .map(({ kind }) => kind)
          .join(' '),
        kinds,
      ))
  }

  const clean = [
    'version 1.2.3.4 of 2024-01-02, 12:30',
    'costs 1234567890 or 4242424242424241',
    'DE89 3704 0044 0532 0130 01',
    'measured 3.14159265358979 at 48.20849, 16.37208',
    'order 000-12-3456, part 12-34-56',
    'a@b, me at example dot org',
    'uuid 123e4567-e89b-12d3-a456-426614174000',
    'isbn 978-3-16-148410-0',
  ]
  for (const text of clean) it(`is not found: ${text}`, () => assert.deepEqual(findPii(text), []))

  it('is hidden without its neighbours', () => {
    assert.equal(maskPii('to ann@example.org from 4242 4242 4242 4242.'), 'to a…@example.org from …4242.')
  })

  it('never fails, and names places in order that do not overlap', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...Array.from('0123456789+-. @aAeZ:()')) }),
        ),
        (text) => {
          let end = 0
          for (const match of findPii(text)) {
            assert.ok(match.start >= end && match.end > match.start && match.end <= text.length)
            end = match.end
          }
          maskPii(text)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('numbers with a check', () => {
  it('pass when they are right, and fail with one digit changed', () => {
    assert.ok(luhn('79927398713') && !luhn('79927398710'))
    assert.ok(verhoeff('2363') && !verhoeff('2364'))
    assert.ok(isCard('5555555555554444') && !isCard('5555555555554445') && !isCard('0000000000000000'))
    assert.ok(isIban('CH9300762011623852957') && !isIban('CH9300762011623852958'))
  })

  const ids: readonly [country: string, text: string][] = [
    ['US', '219-09-9999'],
    ['GB', 'AB123456C'],
    ['GB', '943 476 5919'],
    ['FR', '2 55 08 14 168 025 38'],
    ['ES', '12345678Z'],
    ['ES', 'X1234567L'],
    ['IT', 'RSSMRA85T10A562S'],
    ['DE', '86095742719'],
    ['NL', '111222333'],
    ['BE', '85.07.30-033.28'],
    ['PL', '44051401359'],
    ['SE', '811228-9874'],
    ['FI', '131052-308T'],
    ['CH', '756.9217.0769.85'],
    ['BR', '111.444.777-35'],
    ['CN', '11010519491231002X'],
    ['CA', '046 454 286'],
    ['TR', '10000000146'],
    ['ZA', '8001015009087'],
  ]
  for (const [country, text] of ids) {
    it(`are an id of ${country}: ${text}`, () => {
      const countries = nationalIdsOf(text).map((id) => id.country)
      if (country === 'CA')
        return assert.deepEqual(countries, [], 'Canada gives no number that begins with 0')
      assert.ok(countries.includes(country), countries.join(' '))
    })
  }
})

describe('personal data in a column', () => {
  const kindsOf = (name: string, values: readonly (string | null)[]): string =>
    columnPii(name, values)
      .map(({ kind, where }) => `${kind} ${where}`)
      .join(', ')

  it('is found by value', () => {
    assert.equal(kindsOf('x', ['a@b.org', 'c@d.net', null, 'e@f.com']), 'email cell')
    assert.equal(kindsOf('x', ['078-05-1120', '219-09-9999', '457-55-5462']), 'national-id cell')
    assert.equal(kindsOf('note', ['call me', 'my mail is a@b.org', 'thanks', 'no']), 'email inside')
  })
  it('is found by name and value together', () => {
    assert.equal(kindsOf('phone_number', ['2053258100', '2565350000']), 'phone cell')
    assert.equal(kindsOf('firstName', ['Ann', 'Bo', 'Cy']), 'person-name cell')
    assert.equal(kindsOf('Name', ['Braund, Mr. Owen Harris', 'Heikkinen, Miss. Laina']), 'person-name cell')
    assert.equal(kindsOf('home_address', ['12 Long Street', '4 Mill Road', '99 High Street']), 'address cell')
    assert.equal(kindsOf('date of birth', ['1970-01-02', '1981-11-30']), 'birth-date cell')
  })
  it('is not found in plain numbers, codes and places', () => {
    assert.equal(kindsOf('population', ['2053258100', '2565350000']), '')
    assert.equal(kindsOf('id', ['111222333', '123456782', '100000009']), '')
    assert.equal(kindsOf('model name', ['Civic', 'Golf', 'Corolla', 'Accord']), '')
    assert.equal(kindsOf('x', []), '')
  })
  it('is shown hidden', () => {
    assert.deepEqual(columnPii('mail', ['ann@example.org'])[0]?.masked, ['a…@example.org'])
    assert.equal(maskOne('person-name', 'Cumings, Mrs. John (Florence "Flo" B.)'), 'C. M. J. F. F. B.')
  })
})
