import assert from 'node:assert/strict'
import { findKey, internKey } from '../../shared/runs/key_name.ts'
import { eachWithStore } from './store.ts'

describe('names and their numbers', () => {
  const stores = eachWithStore()

  it('keep their number', () => {
    const { store } = stores
    const loss = internKey(store, 'loss')
    assert.notEqual(internKey(store, 'accuracy'), loss)
    assert.equal(internKey(store, 'loss'), loss)
    assert.equal(findKey(store, 'loss'), loss)
    assert.equal(findKey(store, 'never logged'), undefined)
  })

  it('are forgotten with the transaction that made them', () => {
    const { store } = stores
    assert.throws(() =>
      store.transaction(() => {
        internKey(store, 'loss')
        assert.notEqual(findKey(store, 'loss'), undefined)
        throw new Error('rolled back')
      }),
    )
    assert.equal(findKey(store, 'loss'), undefined)
    const other = internKey(store, 'other')
    assert.notEqual(internKey(store, 'loss'), other)
  })

  it('are forgotten with a transaction within another that goes on', () => {
    const { store } = stores
    store.transaction(() => {
      assert.throws(() =>
        store.transaction(() => {
          internKey(store, 'loss')
          findKey(store, 'loss')
          throw new Error('rolled back')
        }),
      )
      assert.equal(findKey(store, 'loss'), undefined)
    })
  })
})
