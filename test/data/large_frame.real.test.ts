import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pythonOf, venvFolder } from '../../scripts/paths.mjs'
import { skip } from '../skip.ts'
import { handOver } from './hand_over.ts'

describe('a frame of 1 GB', function () {
  this.timeout(300_000)
  for (const library of ['pandas', 'numpy'] as const) {
    it(`holds the kernel for less than 50 ms when ${library} hands it over`, function () {
      if (process.platform !== 'linux')
        skip(this, 'only Linux forks: elsewhere a small sample is written at once')
      const spool = mkdtempSync(join(tmpdir(), 'daybook-spool-'))
      try {
        const { heldMs, stallMs, bytes, data } = handOver(pythonOf(venvFolder), library, 16_000_000, spool)
        console.log(
          `      ${Math.round(bytes / 1e6)} MB: held ${heldMs.toFixed(1)} ms, longest pause ${stallMs.toFixed(1)} ms`,
        )
        assert.ok(bytes > 1e9, String(bytes))
        assert.ok(heldMs < 50, `held for ${heldMs} ms`)
        assert.deepEqual([data.sample.rows, data.rowNumbers?.[1]], [100_000, 160])
        assert.equal(data.sample.columns[7]?.numbers?.[1], 160)
      } finally {
        rmSync(spool, { recursive: true, force: true })
      }
    })
  }
})
