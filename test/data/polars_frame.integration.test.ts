import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { skip } from '../skip.ts'
import { handOver } from './hand_over.ts'

describe('a frame of polars', function () {
  this.timeout(300_000)
  for (const [name, packages] of [
    ['polars', ['polars==1.*', 'numpy']],
    ['polars-pyarrow', ['polars==1.*', 'numpy', 'pyarrow']],
  ] as const) {
    it(`is handed over with all its columns (${packages.join(', ')})`, async function () {
      const python = await cachedEnvironment(name, packages).catch((error: unknown) =>
        skip(this, `polars cannot be installed: ${(error as Error).message}`),
      )
      const spool = mkdtempSync(join(tmpdir(), 'daybook-spool-'))
      try {
        const { data, heldMs } = handOver(python, 'polars', 250_000, spool)
        assert.deepEqual([data.sample.rows, data.rowNumbers?.[1]], [83_334, 3])
        assert.deepEqual(
          data.profile.columns.map(({ name: column, kind }) => [column, kind]),
          [...Array.from({ length: 7 }, (_, i) => [`n${i}`, 'number']), ['n7', 'integer'], ['text', 'text']],
        )
        assert.equal(data.profile.columns[8]?.distinct, 20)
        assert.equal(data.sample.columns[7]?.numbers?.[2], 6)
        assert.ok((data.profile.columns[0]?.nulls ?? 0) > 800)
        assert.ok(heldMs > 0)
      } finally {
        rmSync(spool, { recursive: true, force: true })
      }
    })
  }
})
