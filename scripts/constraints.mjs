// Writes constraints.txt: what pip chooses for requirements.txt on each Python, every package with its exact
// version. For those who change requirements.txt:
//   node scripts/constraints.mjs python3.10 python3.11 python3.12 python3.13
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './paths.mjs'
import { runMain, SetupProblem } from './problem.mjs'
import { lastLines, run } from './run.mjs'

/** @typedef {Map<string, string>} Versions by package */

await runMain(async () => {
  const pythons = process.argv.slice(2)
  if (pythons.length === 0)
    throw new SetupProblem('No Python named', ['node scripts/constraints.mjs python3.12 …'])
  /** @type {{ minor: number, versions: Versions }[]} */
  const choices = []
  for (const python of pythons) choices.push(await choose(python))
  choices.sort((a, b) => a.minor - b.minor)
  writeFileSync(join(root, 'constraints.txt'), render(choices))
})

/**
 * What pip chooses for the first release of this Python's minor version: a package that needs 3.11.5 would be
 * missing where the system has 3.11.2. The Python itself must be of that minor version, since pip judges
 * markers by the one it runs on.
 * @param {string} python
 */
async function choose(python) {
  const asked = await run(python, ['-c', 'import sys; print(*sys.version_info[:2], sep=".")'])
  const version = asked.stdout.trim()
  const scratch = mkdtempSync(join(tmpdir(), 'daybook-constraints-'))
  const report = join(scratch, 'report.json')
  const args = ['-m', 'pip', 'install', '--dry-run', '--ignore-installed', '--quiet', '--report', report]
  const target = [
    '--python-version',
    `${version}.0`,
    '--only-binary',
    ':all:',
    '--target',
    join(scratch, 'target'),
  ]
  const result = await run(python, [...args, ...target, '-r', join(root, 'requirements.txt')])
  if (!result.ok) throw new SetupProblem(`${python} finds no set of packages`, [], lastLines(result.output))
  const { install } = JSON.parse(readFileSync(report, 'utf8'))
  rmSync(scratch, { recursive: true })
  /** @type {{ metadata: { name: string, version: string } }[]} */
  const packages = install
  console.log(`Python ${version}: ${packages.length} packages`)
  const named = packages.map(
    ({ metadata }) => /** @type {const} */ ([normalise(metadata.name), metadata.version]),
  )
  return { minor: Number(version.split('.')[1]), versions: new Map(named) }
}

/** One spelling for a package's name. @see PEP 503 @param {string} name */
function normalise(name) {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}

/** @param {{ minor: number, versions: Versions }[]} choices by Python, oldest first */
function render(choices) {
  const names = new Set(choices.flatMap(({ versions }) => [...versions.keys()]))
  const lines = [...names].sort().flatMap((name) => renderPackage(name, choices))
  return `# Made by scripts/constraints.mjs from requirements.txt; do not edit.\n${lines.join('\n')}\n`
}

/**
 * One line where all Pythons agree, else one for each stretch of Pythons with the same version. The newest
 * stretch stays open to newer Pythons, the oldest to older ones.
 * @param {string} name
 * @param {{ minor: number, versions: Versions }[]} choices
 */
function renderPackage(name, choices) {
  /** @type {{ version: string, from: number }[]} */
  const stretches = []
  for (const { minor, versions } of choices) {
    const version = versions.get(name)
    if (version !== undefined && version !== stretches.at(-1)?.version)
      stretches.push({ version, from: minor })
  }
  return stretches.map(({ version, from }, at) => {
    const limits = []
    if (at > 0) limits.push(`python_version >= "3.${from}"`)
    const next = stretches[at + 1]
    if (next !== undefined) limits.push(`python_version < "3.${next.from}"`)
    return `${name}==${version}${limits.length > 0 ? `; ${limits.join(' and ')}` : ''}`
  })
}
