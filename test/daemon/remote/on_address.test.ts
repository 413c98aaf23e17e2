import assert from 'node:assert/strict'
import { fillIn, hideToken, parseOn, withoutSecret } from '../../../shared/daemon/remote/on_address.ts'

describe('addresses of workers', () => {
  it('are read as servers print them', () => {
    const expected = { url: 'http://box:8888', name: 'box:8888', token: 'abc' }
    for (const path of ['/?token=abc', '/lab?token=abc', '/tree?token=abc', '/lab/tree/x.ipynb?token=abc']) {
      assert.deepEqual(parseOn(`http://box:8888${path}`), expected)
    }
    const hub = parseOn('https://hub.example/user/bob/lab?token=abc')
    assert.deepEqual(hub, { url: 'https://hub.example/user/bob', name: 'hub.example/user/bob', token: 'abc' })
    assert.equal(parseOn('http://box:8888').token, null)
    assert.throws(() => parseOn('box'), /"box" is no address of workers/)
    assert.throws(() => parseOn('file:///etc?token=abc'), /token=…" is no address/)
  })

  it('take secrets from the environment, and never show or save them', () => {
    assert.equal(fillIn('http://b/?token=${T}', { T: 'abc' }), 'http://b/?token=abc')
    assert.throws(() => fillIn('http://b/?token=${T}', {}), /names T, which is not set/)
    assert.equal(hideToken('http://b/?x=1&token=abc#y'), 'http://b/?x=1&token=…#y')
    assert.equal(hideToken('http://u:secret@b/'), 'http://u:…@b/')
    assert.equal(hideToken('http://b/?token=${T}'), 'http://b/?token=${T}')
    assert.equal(withoutSecret('http://b/?token=abc'), 'http://b/?token=${JUPYTER_TOKEN}')
    assert.equal(withoutSecret('http://b/?token=${T}'), 'http://b/?token=${T}')
  })
})
