import assert from 'node:assert/strict'
import fc from 'fast-check'
import { checkAuditLog, nextEntry, writeEntry, type AuditEntry } from '../../shared/governance/audit_log.ts'
import { canonicalJson } from '../../shared/governance/canonical_json.ts'
import {
  continues,
  inclusionProof,
  isIncluded,
  leafHash,
  merkleRoot,
  rootOf,
} from '../../shared/governance/merkle_tree.ts'

describe('canonicalJson()', () => {
  it('writes the example of RFC 8785, section 3.2', () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    ) as Parameters<typeof canonicalJson>[0]
    assert.equal(
      canonicalJson(value),
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })
  it('sorts keys by UTF-16 code units, as section 3.2.3 has them', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }
    assert.deepEqual(
      Object.values(
        JSON.parse(`[${[...canonicalJson(value).matchAll(/:(\d)/g)].map(([, n]) => n).join()}]`) as number[],
      ),
      [2, 4, 6, 7, 1, 5, 3],
    )
  })
  it('refuses what JSON cannot hold', () => {
    for (const value of [NaN, Infinity, '\ud800', { '\ud800': 1 }])
      assert.throws(() => canonicalJson(value), TypeError)
  })
  it('does not depend on the order in which keys were set', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        if (!canBeWritten(object)) return
        const turned = Object.fromEntries(Object.entries(object).reverse())
        assert.equal(canonicalJson(turned as never), canonicalJson(object as never))
        assert.deepEqual(JSON.parse(canonicalJson(object as never)), JSON.parse(JSON.stringify(object)))
      }),
    )
  })
})

describe('merkleRoot()', () => {
  // The leaves and roots that Certificate Transparency's reference implementation is tested with.
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ]
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ]
  const entries = leaves.map((text) => Buffer.from(text, 'hex'))
  roots.forEach((root, size) => {
    it(`is the published one for ${size} entries`, () => {
      assert.equal(Buffer.from(merkleRoot(entries.slice(0, size))).toString('hex'), root)
    })
  })
  it('has a proof for each entry, which fits no other', () => {
    const hashed = entries.map(leafHash)
    for (let size = 1; size <= hashed.length; size++) {
      const list = hashed.slice(0, size)
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(list, index)
        list.forEach((leaf, other) =>
          assert.equal(isIncluded(leaf, { index, size }, proof, rootOf(list)), other === index),
        )
      }
    }
  })
  it('shows that a longer list goes on where a shorter one ended', () => {
    const hashed = entries.map(leafHash)
    assert.ok(continues(hashed, 3, rootOf(hashed.slice(0, 3))))
    assert.ok(!continues(hashed, 3, rootOf(hashed.slice(1, 4))))
    assert.ok(!continues(hashed, 9, rootOf(hashed)))
  })
})

describe('checkAuditLog()', () => {
  const lines = log(12)
  it('finds an untouched log whole', () => {
    const check = checkAuditLog(lines)
    assert.equal(check.kind, 'whole')
    assert.equal(checkAuditLog([]).kind, 'whole')
  })
  it('finds any changed letter, with the first entry that is broken', () => {
    fc.assert(
      fc.property(fc.nat(11), fc.nat(), fc.nat(), (row, place, change) => {
        const line = lines[row] ?? ''
        const at = place % line.length
        const other = String.fromCharCode(32 + ((line.charCodeAt(at) - 32 + 1 + (change % 90)) % 95))
        if (other === line[at]) return
        const changed = [...lines]
        changed[row] = line.slice(0, at) + other + line.slice(at + 1)
        const check = checkAuditLog(changed)
        assert.equal(check.kind, 'broken')
        assert.equal(check.seq, row)
      }),
    )
  })
  it('finds an entry that was taken out, put in or moved', () => {
    for (const changed of [
      lines.toSpliced(4, 1),
      lines.toSpliced(4, 0, lines[4] ?? ''),
      lines.toSpliced(4, 2, lines[5] ?? '', lines[4] ?? ''),
    ]) {
      const check = checkAuditLog(changed)
      assert.ok(check.kind === 'broken' && (check.seq === 4 || check.seq === 5))
    }
  })
  it('finds with a checkpoint that the end was cut off, or all of it written anew', () => {
    const whole = checkAuditLog(lines)
    assert.ok(whole.kind === 'whole')
    const cut = checkAuditLog(lines.slice(0, 10), [whole.checkpoint])
    assert.deepEqual(cut, { kind: 'broken', seq: 10, why: 'Entries from 10 to 11 are gone: there were 12' })
    assert.equal(checkAuditLog(log(12, 'somebody else'), [whole.checkpoint]).kind, 'broken')
    assert.equal(checkAuditLog(log(20), [whole.checkpoint]).kind, 'whole')
  })
})

function log(size: number, actor = 'ada'): string[] {
  const lines: string[] = []
  let last: AuditEntry | null = null
  for (let i = 0; i < size; i++) {
    last = nextEntry(last, {
      atMs: 1_700_000_000_000 + i,
      actor,
      action: 'revision.promoted',
      subject: 'deployment income',
      reason: i % 3 === 0 ? 'better on all slices' : '',
      details: { revision: i, cause: { alert: `a${i}` } },
    })
    lines.push(writeEntry(last))
  }
  return lines
}

function canBeWritten(value: unknown): boolean {
  const text = JSON.stringify(value)
  return !/\\ud[89a-f]/i.test(text) && !text.includes('__proto__')
}
