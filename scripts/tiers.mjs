import { existsSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { root } from './paths.mjs'

/**
 * The kinds of tests, in the order in which they run, with the time each may take as a whole and how many files
 * may run at a time: editors have the machine to themselves. `npm test` runs all but `real`.
 */
export const tiers = /** @type {const} */ ({
  unit: { says: 'fast, no processes', limitMinutes: 5, lanes: 1 },
  integration: { says: 'real kernels, daemons and clients', limitMinutes: 18, lanes: 2 },
  e2e: { says: 'the whole product as a user has it', limitMinutes: 15, lanes: 1 },
  real: { says: 'long: peers, many kills, fuzzing', limitMinutes: 240, lanes: 1 },
})

/** @typedef {keyof typeof tiers} Tier */

/**
 * The test files of a tier, as paths from the project folder. The architecture test belongs to the checks.
 * @param {Tier} tier
 */
export function filesOf(tier) {
  const folder = join(root, 'test')
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => `test/${path.split(sep).join('/')}`)
    .filter((path) => path.endsWith('.test.ts') && path !== 'test/architecture.test.ts')
    .filter((path) => tierOf(path) === tier)
    .sort()
}

/**
 * @param {string} path
 * @returns {Tier}
 */
function tierOf(path) {
  if (/\.real\.test\.ts$/.test(path)) return 'real'
  if (/^test\/e2e\/|\.e2e\.test\.ts$/.test(path)) return 'e2e'
  return /\.integration\.test\.ts$/.test(path) ? 'integration' : 'unit'
}
