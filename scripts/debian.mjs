import { existsSync } from 'node:fs'
import { run } from './run.mjs'

/**
 * Sees to it that Debian's packages are there: installs them as root, else names the command. Tests that need
 * a package which is not there skip themselves and say so, so nothing here fails.
 *
 * @param {string[]} packages
 * @param {(detail: string) => void} tell
 * @returns {Promise<string>} what was done, or what to do
 */
export async function ensureDebianPackages(packages, tell) {
  if (!existsSync('/usr/bin/dpkg-query'))
    return `this is no Debian, tests that need ${packages.join(', ')} are skipped`
  const missing = []
  for (const name of packages) if (!(await isInstalled(name))) missing.push(name)
  if (missing.length === 0) return 'ready'
  const command = `apt-get install --yes --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() !== 0)
    return `${missing.join(', ')} missing, its tests are skipped; to get it: sudo ${command}`
  tell(`installing ${missing.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const [apt = '', ...args] = command.split(' ')
  if ((await run(apt, args, { env })).ok) return `installed ${missing.join(', ')}`
  // A machine whose lists are absent or old finds nothing until they are fetched.
  await run(apt, ['update'], { env })
  if ((await run(apt, args, { env })).ok) return `installed ${missing.join(', ')}`
  return `${missing.join(', ')} cannot be installed, its tests are skipped; to see why: ${command}`
}

/** @param {string} name */
async function isInstalled(name) {
  const asked = await run('dpkg-query', ['--show', '--showformat=${Status}', name])
  return asked.ok && asked.output.includes('install ok installed')
}
