import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { skip } from '../skip.ts'

/** Oldest and newest Python of which is promised that the module runs in it, and one between. */
const versions = ['3.10', '3.12', '3.13']

describe('the kernel module in other Pythons', function () {
  this.timeout(120_000)
  for (const version of versions) {
    it(`tracks scripts in Python ${version}`, async function () {
      const python = await findPython(version)
      if (python === null) skip(this, `Python ${version} is not on the PATH, nor among pyenv's versions`)
      for (const file of ['test_scripts.py', 'test_project.py']) {
        const { ok, output } = await run(python, [
          ...['-m', 'unittest', 'discover', '-s', import.meta.dirname, '-p', file],
        ])
        assert(ok, output)
        assert.match(output, /^Ran \d\d tests/m)
      }
    })
  }
})

async function findPython(version: string): Promise<string | null> {
  const pyenv = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions')
  const installed = existsSync(pyenv) ? readdirSync(pyenv) : []
  const candidates = [
    ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, `python${version}`)),
    ...installed
      .filter((name) => name.startsWith(`${version}.`))
      .map((name) => join(pyenv, name, 'bin/python')),
  ]
  for (const path of candidates.filter((path) => existsSync(path))) {
    // A shim of pyenv is there also for versions that it does not let run.
    const { ok, output } = await run(path, ['--version'])
    if (ok && output.includes(`Python ${version}.`)) return path
  }
  return null
}

function run(python: string, words: readonly string[]): Promise<{ ok: boolean; output: string }> {
  const env = { ...process.env, PYTHONPATH: '', PYTHONHOME: '' }
  return new Promise((resolve) => {
    execFile(python, words, { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}\n${stderr}` })
    })
  })
}
