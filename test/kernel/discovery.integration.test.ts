import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { discoverKernels } from '../../shared/kernel/discovery.ts'
import { findKernel } from '../../shared/kernel/kernel_choice.ts'
import { expandVariables, kernelspecFolders, readKernelspecs } from '../../shared/kernel/kernelspec.ts'
import { askPython, referencePython, runPython } from '../notebook/python_peer.ts'
import { makeSpec } from './environments.ts'

describe('kernelspecs against the real jupyter', () => {
  let python: string
  let top: string

  before(async function () {
    this.timeout(600_000)
    python = await referencePython()
    top = mkdtempSync(join(tmpdir(), 'daybook-jupyter-'))
    const spec = (name: string) => ({
      argv: ['sleep', name, '{connection_file}'],
      display_name: name,
      language: 'x',
      env: { A: '${HOME}' },
    })
    makeSpec(join(top, 'home', '.local'), 'Shared', spec('user'))
    makeSpec(join(top, 'home', '.local'), 'python3', spec('user python'))
    makeSpec(join(top, 'home', '.local'), 'with space', spec('space'))
    makeSpec(join(top, 'extra'), 'shared', spec('extra'))
    makeSpec(join(top, 'data'), 'data', spec('data'))
    makeSpec(join(top, 'home', '.local'), 'broken', { argv: 'sleep' })
    makeSpec(join(top, 'home', '.local'), 'foreign', {
      ...spec('foreign'),
      metadata: { kernel_provisioner: { provisioner_name: 'no-such-provisioner' } },
    })
  })
  after(() => rmSync(top, { recursive: true, force: true }))

  const cases: [string, (top: string) => Record<string, string>][] = [
    ['with a home folder', () => ({})],
    ['with JUPYTER_PATH', (at) => ({ JUPYTER_PATH: join(at, 'extra', 'share', 'jupyter') })],
    ['with the user preferred', () => ({ JUPYTER_PREFER_ENV_PATH: '0' })],
    ['with a data folder', (at) => ({ JUPYTER_DATA_DIR: join(at, 'data', 'share', 'jupyter') })],
    ['with XDG_DATA_HOME', (at) => ({ XDG_DATA_HOME: join(at, 'home', '.local', 'share') })],
  ]
  for (const [what, variables] of cases) {
    it(`are the same ${what}`, async () => {
      const home = join(top, 'home')
      const env = { PATH: process.env['PATH'] ?? '', HOME: home, ...variables(top) }
      const listed = JSON.parse(
        await runPython(python, ['-W', 'ignore', '-m', 'jupyter_client.kernelspecapp', 'list', '--json'], {
          env,
        }),
      ) as {
        kernelspecs: Record<string, { resource_dir: string; spec: { display_name: string; argv: string[] } }>
      }
      const prefix = dirname(dirname(python))
      // A virtual environment without the system's packages has no folder of the user's for them either.
      const folders = kernelspecFolders(
        { env: { ...env, PYTHONUSERBASE: join(top, 'none') }, home, platform: process.platform },
        prefix,
      )
      const usable = (await readKernelspecs(folders)).flatMap(({ name, folder, spec }) =>
        'broken' in spec || spec.provisioner !== null ? [] : [[name, folder, spec.displayName]],
      )
      // jupyter lists what is broken too, without a command.
      const theirs = Object.entries(listed.kernelspecs).flatMap(([name, { resource_dir: folder, spec }]) =>
        spec.display_name === '' ? [] : [[name, folder, spec.display_name]],
      )
      assert.deepEqual(usable.sort(), theirs.sort())
    }).timeout(60_000)
  }

  it('have their variables expanded as Python does it', async () => {
    const env = { HOME: '/h', A: 'x', _b: 'y' }
    const texts = [
      '$HOME/${A}',
      '$$A',
      '${A',
      '$1',
      '$',
      '$A_',
      '${_b}$A$_b',
      '${HOME}$$$A',
      '$é',
      '${ A }',
      '$a',
    ]
    const code =
      'from string import Template\nresult = [Template(t).safe_substitute(data["env"]) for t in data["texts"]]'
    const expected = await askPython(python, code, { env, texts })
    assert.deepEqual(
      texts.map((text) => expandVariables(text, env)),
      expected,
    )
  })

  it('and environments: the Python that is found has the prefix that was told, and runs a kernel', async () => {
    const prefix = dirname(dirname(python))
    const found = await discoverKernels(prefix)
    const own = findKernel(found, { name: null, kernelspec: { name: 'python3', language: 'python' } }).kernel
    assert.equal(own.source, 'project')
    assert.equal(own.usable, true)
    const [program = '', ...args] = own.launch.argv
    const printed = await runPython(program, [
      '-c',
      'import sys, ipykernel; print(sys.prefix, ipykernel.__version__)',
    ])
    assert.equal(printed.trim(), `${prefix} 7.4.0`)
    assert.deepEqual(args, ['-m', 'ipykernel_launcher', '-f', '{connection_file}'])
    assert.equal(own.launch.curve, true)
  }).timeout(60_000)
})
