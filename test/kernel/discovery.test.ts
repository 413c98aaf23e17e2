import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectHash } from '../../shared/base/project.ts'
import { discoverKernels } from '../../shared/kernel/discovery.ts'
import type { DiscoveredKernel } from '../../shared/kernel/discovery.ts'
import { kernelEnvironment } from '../../shared/kernel/launch.ts'
import { emptySurroundings, makeEnvironment, makeFile, makeProgram, makeSpec } from './environments.ts'

describe('discoverKernels()', () => {
  let top: string
  let root: string
  let home: string

  beforeEach(() => {
    top = realpathSync(mkdtempSync(join(tmpdir(), 'daybook-discovery-')))
    root = join(top, 'project')
    home = join(top, 'home')
    makeFile(join(root, 'a.ipynb'), '')
    makeFile(join(home, 'x'), '')
  })
  afterEach(() => rmSync(top, { recursive: true, force: true }))

  /** What was found, without what the machine of the test itself has. */
  async function discover(env: Record<string, string> = {}): Promise<DiscoveredKernel[]> {
    const found = await discoverKernels(root, emptySurroundings(home, env))
    return found.filter(({ path }) => path.startsWith(top))
  }

  async function only(env: Record<string, string> = {}): Promise<DiscoveredKernel> {
    const [kernel, ...others] = await discover(env)
    assert.ok(kernel !== undefined && others.length === 0, `${others.length} others`)
    return kernel
  }

  it('finds environments of the project: the usual names first, then others, never what is no environment', async () => {
    makeEnvironment(join(root, 'zz'), { ipykernel: '7.4.0' })
    makeEnvironment(join(root, 'env'), { ipykernel: '6.17.1', version: '3.9', kind: 'conda' })
    makeEnvironment(join(root, '.venv'), { ipykernel: '7.4.0' })
    makeFile(join(root, 'venv', 'notes.txt'), '')
    makeEnvironment(join(root, 'deep', 'er'), { ipykernel: '7.4.0' })
    assert.deepEqual(
      (await discover()).map(({ launch, source, usable }) => [
        launch.name,
        launch.displayName,
        source,
        usable,
      ]),
      [
        ['.venv', 'Python 3.11 (.venv)', 'project', true],
        ['env', 'Python 3.9 (env)', 'project', true],
        ['zz', 'Python 3.11 (zz)', 'project', true],
      ],
    )
  })

  it('starts an environment as if it were active', async () => {
    makeEnvironment(join(root, '.venv'), { ipykernel: '7.4.0' })
    const { launch, path } = await only()
    const prefix = join(root, '.venv')
    assert.equal(path, join(prefix, 'bin', 'python'))
    assert.deepEqual(launch.argv, [path, '-m', 'ipykernel_launcher', '-f', '{connection_file}'])
    assert.deepEqual(launch.env, { PATH: `${prefix}/bin:${home}/bin`, VIRTUAL_ENV: prefix })
    assert.ok(launch.unset?.includes('PYTHONHOME') === true && launch.unset.includes('CONDA_PREFIX'))
  })

  it('keeps what belongs to the editor or to another environment out of the kernel', async () => {
    makeEnvironment(join(root, '.venv'), { ipykernel: '7.4.0' })
    const { launch } = await only()
    const own = { LANG: 'C', PYTHONHOME: '/x', CONDA_PREFIX: '/c', VIRTUAL_ENV: '/other', PATH: '/bin' }
    const editor = {
      VSCODE_PID: '1',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--inspect',
      JPY_PARENT_PID: '1',
    }
    assert.deepEqual(kernelEnvironment({ ...own, ...editor }, launch.env, launch.unset), {
      LANG: 'C',
      ...launch.env,
    })
  })

  it('starts a conda environment with its own variables', async () => {
    makeEnvironment(join(root, 'env'), { ipykernel: '7.4.0', kind: 'conda' })
    makeFile(join(root, 'env', 'conda-meta', 'state'), '{"version": 1, "env_vars": {"TOKEN_FILE": "x"}}')
    const { launch } = await only()
    const prefix = join(root, 'env')
    assert.deepEqual(launch.env, {
      PATH: `${prefix}/bin:${home}/bin`,
      CONDA_PREFIX: prefix,
      CONDA_DEFAULT_ENV: 'env',
      TOKEN_FILE: 'x',
    })
    assert.ok(launch.unset?.includes('VIRTUAL_ENV') === true)
  })

  const lacking: [string, Parameters<typeof makeEnvironment>[1], RegExp, string | undefined][] = [
    [
      'a virtual environment',
      {},
      /ipykernel is not installed in \.venv/,
      'PREFIX/bin/python -m pip install ipykernel',
    ],
    [
      'one of uv',
      { kind: 'uv' },
      /ipykernel is not installed/,
      'uv pip install --python PREFIX/bin/python ipykernel',
    ],
    [
      'one of conda',
      { kind: 'conda' },
      /ipykernel is not installed/,
      'conda install --prefix PREFIX ipykernel',
    ],
    [
      'one whose Python is gone',
      { gone: true, ipykernel: '7.4.0' },
      /its Python is gone/,
      'python3 -m venv --clear PREFIX',
    ],
    ['one that is too old', { version: '3.6' }, /Python 3\.6.* is too old/, undefined],
  ]
  for (const [what, fake, problem, remedy] of lacking) {
    it(`lists ${what} with the command that mends it`, async () => {
      makeEnvironment(join(root, '.venv'), fake)
      const kernel = await only()
      assert.equal(kernel.usable, false)
      assert.match(kernel.problem ?? '', problem)
      assert.equal(kernel.remedy, remedy?.replace('PREFIX', join(root, '.venv')))
    })
  }

  it('never runs a Python of the project, and asks others only where a look does not tell', async () => {
    const asked = join(top, 'asked')
    const script = `#!/bin/sh\necho "$0" >> "${asked}"\nexit 0\n`
    for (const prefix of [join(root, '.venv'), join(home, '.pyenv', 'versions', '3.12.1')]) {
      makeEnvironment(prefix, { kind: prefix.startsWith(root) ? 'venv' : 'plain' })
      makeFile(join(prefix, 'lib', 'python3.11', 'site-packages', 'own.pth'), '/elsewhere\n')
      makeProgram(join(prefix, 'bin', 'python'))
      makeFile(join(prefix, 'bin', 'python'), script)
    }
    assert.deepEqual(
      (await discover()).map(({ launch, usable }) => [launch.name, usable]),
      [
        ['.venv', false],
        ['pyenv:3.12.1', true],
      ],
    )
  })

  it('sees packages that an environment shares with the system', async () => {
    makeEnvironment(join(top, 'base'), { kind: 'plain', ipykernel: '7.4.0' })
    const config = `include-system-site-packages = true\nhome = ${join(top, 'base', 'bin')}\n`
    makeEnvironment(join(root, '.venv'), { config })
    assert.equal((await only()).usable, true)
    makeEnvironment(join(root, '.venv'), { config: config.replace('true', 'false') })
    assert.equal((await only()).usable, false)
  })

  it('finds conda by its list, its roots and its variables, each environment once', async () => {
    const root3 = join(home, 'miniconda3')
    makeEnvironment(root3, { kind: 'conda', ipykernel: '7.4.0' })
    makeEnvironment(join(root3, 'envs', 'torch'), { kind: 'conda', ipykernel: '7.4.0' })
    makeEnvironment(join(top, 'far', 'alone'), { kind: 'conda', ipykernel: '7.4.0' })
    makeFile(
      join(home, '.conda', 'environments.txt'),
      `${root3}\n${join(top, 'far', 'alone')}\n${join(top, 'gone')}\n`,
    )
    assert.deepEqual(
      (await discover({ CONDA_PREFIX: join(root3, 'envs', 'torch') })).map(({ launch, source }) => [
        launch.name,
        source,
      ]),
      [
        ['conda:torch', 'active'],
        ['conda:base', 'conda'],
        ['conda:alone', 'conda'],
      ],
    )
  })

  it('finds the Python of the Jupyter server that opened the project last, after the active one', async () => {
    const prefix = join(top, 'work', '.venv')
    makeEnvironment(prefix, { ipykernel: '7.4.0' })
    makeEnvironment(join(top, 'active'), { ipykernel: '7.4.0' })
    makeSpec(join(home, '.local'), 'other', { argv: ['/nowhere/{connection_file}'], language: 'python' })
    // What jupyterlab_daybook/remember.py writes.
    makeFile(join(home, '.local', 'state', 'daybook', 'jupyter', projectHash(root)), prefix)
    assert.deepEqual(
      (await discover({ VIRTUAL_ENV: join(top, 'active') })).map(({ launch, source }) => [
        launch.name,
        source,
      ]),
      [
        ['venv:active', 'active'],
        ['jupyter:work', 'jupyter'],
        ['other', 'kernelspec'],
      ],
    )
  })

  it('finds versions of pyenv, the one that the project wants first', async () => {
    for (const version of ['3.9.18', '3.12.1', '3.11.7']) {
      makeEnvironment(join(home, '.pyenv', 'versions', version), {
        kind: 'plain',
        version: version.slice(0, 4).replace(/\.$/, ''),
      })
    }
    makeFile(join(root, '.python-version'), '3.11.7\n')
    assert.deepEqual(
      (await discover()).map(({ launch }) => launch.name),
      ['pyenv:3.11.7', 'pyenv:3.12.1', 'pyenv:3.9.18'],
    )
  })

  it('finds kernelspecs of other languages and puts their places in', async () => {
    makeProgram(join(home, 'bin', 'R'))
    makeSpec(join(home, '.local'), 'ir', {
      argv: [
        'R',
        '--slave',
        '-e',
        'IRkernel::main()',
        '--args',
        '{connection_file}',
        '{resource_dir}',
        '--p={prefix}',
      ],
      display_name: 'R',
      language: 'R',
      env: { R_LIBS: '${HOME}/r:$NONE' },
    })
    const { launch, source, path, usable } = await only({ HOME: home })
    assert.deepEqual([launch.name, launch.language, source, usable], ['ir', 'r', 'kernelspec', true])
    assert.equal(path, join(home, '.local', 'share', 'jupyter', 'kernels', 'ir'))
    assert.deepEqual(launch.argv.slice(5), ['{connection_file}', path, `--p=${join(home, '.local')}`])
    assert.deepEqual(launch.env, { R_LIBS: `${home}/r:$NONE` })
  })

  it('gives a kernelspec the Python of the environment around it', async () => {
    const prefix = join(root, '.venv')
    makeEnvironment(prefix, { ipykernel: '7.4.0' })
    makeSpec(prefix, 'own', {
      argv: ['python3', '-m', 'own', '{connection_file}'],
      language: 'python',
      display_name: 'Own',
    })
    const found = await discover()
    assert.deepEqual(
      found.map(({ launch }) => launch.name),
      ['.venv', 'own@.venv'],
    )
    assert.equal(found[1]?.launch.argv[0], join(prefix, 'bin', 'python'))
    assert.equal(found[1].launch.env['VIRTUAL_ENV'], prefix)
  })

  it('makes a kernelspec that names a Python of an environment start as if that were active', async () => {
    const prefix = join(top, 'elsewhere')
    makeEnvironment(prefix, { ipykernel: '7.4.0' })
    const argv = [join(prefix, 'bin', 'python'), '-m', 'ipykernel_launcher', '-f', '{connection_file}']
    makeSpec(join(home, '.local'), 'mine', { argv, language: 'python', display_name: 'Mine' })
    const found = await discover({ VIRTUAL_ENV: prefix })
    const mine = found.find(({ launch }) => launch.name === 'mine')
    assert.deepEqual([mine?.launch.env['VIRTUAL_ENV'], mine?.usable], [prefix, true])
  })

  const useless: [string, Record<string, unknown> | string, RegExp][] = [
    ['whose program is not there', { argv: ['no-such-program'] }, /its program no-such-program is not there/],
    [
      'whose program was removed',
      { argv: ['/no/such/program'] },
      /its program \/no\/such\/program is not there/,
    ],
    [
      'of a provisioner that only Jupyter has',
      { argv: ['R'], metadata: { kernel_provisioner: { provisioner_name: 'k8s' } } },
      /provisioner "k8s", which only a Jupyter server can run/,
    ],
    ['that is broken', { argv: [] }, /kernel\.json has no command/],
  ]
  for (const [what, spec, problem] of useless) {
    it(`hides a kernelspec ${what}, and says why`, async () => {
      makeProgram(join(home, 'bin', 'R'))
      makeSpec(join(home, '.local'), 'odd', spec as Record<string, unknown>)
      const kernel = await only()
      assert.equal(kernel.usable, false)
      assert.match(kernel.problem ?? '', problem)
    })
  }

  it('lists an environment once, however many ways lead to it', async () => {
    const prefix = join(root, '.venv')
    makeEnvironment(prefix, { ipykernel: '7.4.0' })
    symlinkSync(prefix, join(root, 'linked'))
    const found = await discover({ VIRTUAL_ENV: prefix, PATH: `${prefix}/bin` })
    assert.deepEqual(
      found.map(({ launch }) => launch.name),
      ['.venv'],
    )
  })

  it('gives names that are unique, and the same the next time', async () => {
    makeProgram(join(home, 'bin', 'R'))
    makeSpec(join(home, '.local'), '.venv', { argv: ['R'], language: 'r' })
    makeEnvironment(join(root, '.venv'), { ipykernel: '7.4.0' })
    const names = async () => (await discover()).map(({ launch }) => launch.name)
    const first = await names()
    assert.equal(new Set(first).size, 2)
    assert.equal(first[0], '.venv')
    assert.deepEqual(await names(), first)
  })
})
