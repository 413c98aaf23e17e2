import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import {
  expandVariables,
  kernelspecFolders,
  parseKernelspec,
  readKernelspecs,
} from '../../shared/kernel/kernelspec.ts'

const home = '/home/u'

describe('kernelspecFolders()', () => {
  const linux = { env: {}, home, platform: 'linux' } as const
  const cases: [string, Parameters<typeof kernelspecFolders>, string[]][] = [
    [
      'the user, then the system',
      [linux, null],
      ['/home/u/.local/share/jupyter', '/usr/local/share/jupyter', '/usr/share/jupyter'],
    ],
    [
      'the environment before the user',
      [linux, '/venv'],
      [
        '/venv/share/jupyter',
        '/home/u/.local/share/jupyter',
        '/usr/local/share/jupyter',
        '/usr/share/jupyter',
      ],
    ],
    [
      'the user before the environment if that is preferred',
      [{ ...linux, env: { JUPYTER_PREFER_ENV_PATH: '0' } }, '/venv'],
      [
        '/home/u/.local/share/jupyter',
        '/venv/share/jupyter',
        '/usr/local/share/jupyter',
        '/usr/share/jupyter',
      ],
    ],
    [
      'JUPYTER_PATH before all',
      [{ ...linux, env: { JUPYTER_PATH: '/a:/b', JUPYTER_DATA_DIR: '/data' } }, null],
      ['/a', '/b', '/data', '/home/u/.local/share/jupyter', '/usr/local/share/jupyter', '/usr/share/jupyter'],
    ],
    [
      'XDG_DATA_HOME',
      [{ ...linux, env: { XDG_DATA_HOME: '/xdg', PYTHONUSERBASE: '/base' } }, null],
      ['/xdg/jupyter', '/base/share/jupyter', '/usr/local/share/jupyter', '/usr/share/jupyter'],
    ],
    [
      'the Library on macOS',
      [{ ...linux, platform: 'darwin' }, null],
      ['/home/u/Library/Jupyter', '/usr/local/share/jupyter', '/usr/share/jupyter'],
    ],
  ]
  for (const [what, args, folders] of cases) {
    it(`looks at ${what}`, () => {
      const expected = [...folders.map((folder) => `${folder}/kernels`), '/home/u/.ipython/kernels']
      assert.deepEqual(kernelspecFolders(...args), expected)
    })
  }
})

describe('parseKernelspec()', () => {
  it('reads everything that a launch needs', () => {
    const text = JSON.stringify({
      argv: ['python', '-m', 'k', '{connection_file}'],
      display_name: 'K',
      language: 'Python',
      env: { A: '1', B: 2 },
      interrupt_mode: 'Message',
      metadata: {
        supported_encryption: ['curve'],
        kernel_provisioner: { provisioner_name: 'local-provisioner' },
      },
    })
    assert.deepEqual(parseKernelspec(text), {
      argv: ['python', '-m', 'k', '{connection_file}'],
      displayName: 'K',
      language: 'python',
      env: { A: '1' },
      interruptMode: 'message',
      curve: true,
      provisioner: 'local-provisioner',
    })
  })

  it('gives defaults for what is missing', () => {
    assert.deepEqual(parseKernelspec('\ufeff{"argv": ["k"]}'), {
      argv: ['k'],
      displayName: 'k',
      language: '',
      env: {},
      interruptMode: 'signal',
      curve: false,
      provisioner: null,
    })
  })

  for (const text of ['', '{', '[]', 'null', '{"argv": []}', '{"argv": "k"}', '{"argv": [1]}']) {
    it(`says why ${JSON.stringify(text)} is of no use`, () => {
      const found = parseKernelspec(text)
      assert.ok('broken' in found && found.broken.startsWith('kernel.json'))
    })
  }

  it('never fails, whatever the text', () => {
    const anySpec = fc.dictionary(
      fc.constantFrom('argv', 'env', 'metadata', 'language', 'interrupt_mode'),
      fc.jsonValue(),
    )
    const property = fc.property(
      fc.oneof(
        fc.string(),
        anySpec.map((spec) => JSON.stringify({ argv: ['k'], ...spec })),
      ),
      (text) => {
        parseKernelspec(text)
      },
    )
    fc.assert(property, { numRuns: 1000 })
  })
})

describe('expandVariables()', () => {
  const env = { HOME: '/h', A_1: 'x', EMPTY: '' }
  const cases: [string, string][] = [
    ['${HOME}/lib:$A_1', '/h/lib:x'],
    ['${NONE} $NONE', '${NONE} $NONE'],
    ['$$HOME $$', '$HOME $'],
    ['[$EMPTY]', '[]'],
    ['$1 $ ${a b}', '$1 $ ${a b}'],
    ['${HOME', '${HOME'],
  ]
  for (const [text, expected] of cases) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(text)}`, () =>
      assert.equal(expandVariables(text, env), expected))
  }
})

describe('readKernelspecs()', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-specs-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function put(path: string, text: string): Promise<void> {
    await mkdir(join(folder, path), { recursive: true })
    await writeFile(join(folder, path, 'kernel.json'), text)
  }

  it('takes the first of one name, whatever its case, and tells what is broken', async () => {
    await put('a/IR', '{"argv": ["one"]}')
    await put('b/ir', '{"argv": ["two"]}')
    await put('b/bad', '{')
    await mkdir(join(folder, 'b', 'empty'))
    const found = await readKernelspecs([join(folder, 'a'), join(folder, 'none'), join(folder, 'b')])
    assert.deepEqual(
      found.map(({ name, spec }) => [name, 'broken' in spec ? 'broken' : spec.argv]),
      [
        ['ir', ['one']],
        ['bad', 'broken'],
      ],
    )
  })
})
