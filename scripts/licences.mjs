import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'

/**
 * The packages whose code is in bundles, each with its licence in full, as their licences ask for.
 * @param {readonly import('esbuild').Metafile[]} bundles what esbuild says of each
 * @returns {string} text of a file
 */
export function licencesOf(bundles) {
  const inputs = bundles.flatMap((bundle) => Object.keys(bundle.inputs))
  const folders = inputs.flatMap(
    (path) => /^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
  )
  const parts = [...new Set(folders)].map(describe).sort()
  return ['Daybook contains code of these packages.', ...parts].join(`\n\n${'-'.repeat(80)}\n`)
}

/** @param {string} folder */
function describe(folder) {
  const path = join(root, folder)
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  const file = readdirSync(path).find((one) => /^(?:licen[cs]e|copying)/i.test(one))
  const text = file === undefined ? '' : `\n\n${readFileSync(join(path, file), 'utf8').trim()}`
  return `${name} ${version} (${typeof license === 'string' ? license : 'see below'})${text}`
}
