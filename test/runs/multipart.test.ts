import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parseArtifactPath } from '../../shared/runs/artifact_path.ts'
import { abortUpload, beginUpload, completeUpload, takePart } from '../../shared/runs/multipart.ts'
import { openStore, type Store } from '../../shared/store/store.ts'

describe('an upload in parts', () => {
  let dir: string
  let store: Store
  const path = parseArtifactPath('0/r/artifacts/model.bin')
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'multipart-'))
    store = openStore(':memory:')
  })
  afterEach(() => {
    store.close()
    rmSync(dir, { recursive: true })
  })

  async function* bytes(text: string): AsyncGenerator<Buffer> {
    yield Buffer.from(text)
  }
  const take = async (
    uploadId: string,
    number: number,
    text: string,
  ): Promise<{ number: number; sha256: string }> => ({
    number,
    sha256: (await takePart(dir, uploadId, number, bytes(text))).sha256,
  })

  it('is the parts in their order, in whatever order they came and however often', async () => {
    const parts = fc.array(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(parts, fc.infiniteStream(fc.nat()), async (texts, chance) => {
        const uploadId = beginUpload(dir)
        const order = texts.map((text, i) => ({
          text,
          number: i + 1,
          key: (chance.next() as IteratorYieldResult<number>).value,
        }))
        order.sort((a, b) => a.key - b.key)
        const taken: { number: number; sha256: string }[] = []
        for (const { text, number } of order) {
          await take(uploadId, number, `wrong ${text}`)
          taken.push(await take(uploadId, number, text))
        }
        await completeUpload(store, dir, { path, uploadId, nowMs: 1 }, taken)
        assert.equal(readFileSync(join(dir, path), 'utf8'), texts.join(''))
        assert.deepEqual(readdirSync(join(dir, '.incoming')), [])
      }),
      { numRuns: 30 },
    )
  })

  it('is refused while a part is missing or is not the one that came, and can then be completed', async () => {
    const uploadId = beginUpload(dir)
    const [one, two] = [await take(uploadId, 1, 'a'), await take(uploadId, 2, 'b')]
    const complete = (...parts: { number: number; sha256: string }[]): Promise<unknown> =>
      completeUpload(store, dir, { path, uploadId, nowMs: 1 }, parts)
    await assert.rejects(complete(two), /part 1 did not arrive as named/)
    await assert.rejects(complete(one, { ...two, number: 3 }), /part 2 did not arrive/)
    await assert.rejects(complete({ number: 1, sha256: two.sha256 }), { code: 'bad_request' })
    await assert.rejects(complete({ number: 1, sha256: '../../../x' }), { code: 'bad_request' })
    await complete(two, one)
    assert.equal(readFileSync(join(dir, path), 'utf8'), 'ab')
    await assert.rejects(complete(one, two), { code: 'not_found' })
  })

  it('leaves nothing when it is given up', async () => {
    const uploadId = beginUpload(dir)
    await take(uploadId, 1, 'a')
    abortUpload(dir, uploadId)
    abortUpload(dir, uploadId)
    abortUpload(dir, '../..')
    assert.deepEqual(readdirSync(dir), ['.incoming'])
    assert.deepEqual(readdirSync(join(dir, '.incoming')), [])
    await assert.rejects(take(uploadId, 1, 'a'), { code: 'not_found' })
    await assert.rejects(take('../x', 1, 'a'), { code: 'not_found' })
    await assert.rejects(take(beginUpload(dir), 0, 'a'), { code: 'bad_request' })
  })
})
