import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'

/**
 * Packages with a native part. They stay outside of the bundles: beside a checkout npm has put them in place,
 * and an installed extension carries a copy of what this platform needs of them. Each with the packages it
 * needs itself, and which of their files: asked for late, as the set-up may install them after this file is read.
 * @type {Record<string, () => Record<string, (path: string) => boolean>>}
 */
export const natives = {
  zeromq: () => ({
    zeromq: (path) =>
      /^(package\.json|LICENSE.*|lib|lib\/.*\.js|build|build\/manifest\.json)$/.test(path) ||
      zeromqAddon(path),
    'cmake-ts': (path) => /^(package\.json|LICENSE|build|build\/loader\.(js|mjs))$/.test(path),
  }),
  '@duckdb/node-api': () => ({
    '@duckdb/node-api': (path) =>
      /^(package\.json|LICENSE|lib|lib\/.*(?<!\.d)\.js|lib\/[a-zA-Z]+)$/.test(path),
    '@duckdb/node-bindings': isNoText,
    'detect-libc': isNoText,
    ...Object.fromEntries(duckdbBindings().map((name) => [name, isNoText])),
  }),
}

/**
 * Whether a file of a package is more than a text for those who program with it.
 * @param {string} path
 */
function isNoText(path) {
  return !/\.d\.ts$|(^|\/)(README|CHANGELOG)\.md$/.test(path)
}

/** The packages with DuckDB itself for this platform; npm installs only those that fit. */
function duckdbBindings() {
  const folder = join(root, 'node_modules', '@duckdb')
  if (!existsSync(folder)) return []
  const fitting = `node-bindings-${process.platform}-${process.arch}`
  return readdirSync(folder).flatMap((name) => (name.startsWith(fitting) ? [`@duckdb/${name}`] : []))
}

/**
 * Copies the native packages, for this platform only.
 * @param {string} to a node_modules folder
 */
export function copyNatives(to) {
  for (const packages of Object.values(natives)) {
    for (const [name, isNeeded] of Object.entries(packages())) {
      const from = join(root, 'node_modules', name)
      cpSync(from, join(to, name), {
        recursive: true,
        filter: (path) => path === from || isNeeded(path.slice(from.length + 1).replaceAll('\\', '/')),
      })
    }
  }
}

/** @type {string | undefined} */
let addon

/**
 * Whether a path is, or leads to, the newest addon for this platform and, on Linux, this C library: for that one
 * only is DuckDB there. Addons speak Node-API, so that the newest runs on every later Node and in Electron.
 * @param {string} path
 */
function zeromqAddon(path) {
  addon ??= newestAddon()
  return addon === path || addon.startsWith(`${path}/`)
}

function newestAddon() {
  const build = join(root, 'node_modules', 'zeromq', 'build')
  /** @type {Record<string, string>} */
  const manifest = JSON.parse(readFileSync(join(build, 'manifest.json'), 'utf8'))
  // What loads the addon tells the library by the same file.
  const otherLibrary = existsSync('/etc/alpine-release') ? 'glibc' : 'musl'
  const [newest] = Object.entries(manifest)
    .map(([key, path]) => ({
      .../** @type {{ os: string, arch: string, libc: string, abi: number }} */ (JSON.parse(key)),
      path,
    }))
    .filter(({ os, arch, libc }) => os === process.platform && arch === process.arch && libc !== otherLibrary)
    .sort((a, b) => b.abi - a.abi)
  if (newest === undefined) throw new Error(`zeromq has no addon for ${process.platform} ${process.arch}`)
  return `build/${newest.path.replaceAll('\\', '/')}`
}
