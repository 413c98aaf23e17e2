import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  deathReason,
  describeExit,
  expandCommand,
  kernelEnvironment,
  lastWords,
} from '../../shared/kernel/launch.ts'

describe('expandCommand()', () => {
  it('puts the connection file in, in the middle of a word too', () => {
    assert.deepEqual(
      expandCommand(['k', '-f', '{connection_file}', '--conn={connection_file}'], '/a b/k.json'),
      ['k', '-f', '/a b/k.json', '--conn=/a b/k.json'],
    )
  })
})

describe('kernelEnvironment()', () => {
  it('leaves out what belongs to an editor, to Electron and to a Jupyter server', () => {
    const own = {
      PATH: '/bin',
      HOME: '/home/a',
      JPY_PARENT_PID: '1',
      ELECTRON_RUN_AS_NODE: '1',
      VSCODE_IPC_HOOK: 'x',
      NODE_CHANNEL_FD: '3',
      PYTHONHOME: '/old',
    }
    assert.deepEqual(kernelEnvironment(own, { PATH: '/venv/bin:/bin', DAYBOOK_URL: 'u' }, ['PYTHONHOME']), {
      PATH: '/venv/bin:/bin',
      HOME: '/home/a',
      DAYBOOK_URL: 'u',
    })
  })
})

describe('lastWords()', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'words-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  // As ipykernel 7.4 and 6.17 write them.
  const noise = [
    '0.00s - Debugger warning: It seems that frozen modules are being used, which may',
    '0.00s - make the debugger miss breakpoints. Please pass -Xfrozen_modules=off',
    '0.00s - Note: Debugging will proceed. Set PYDEVD_DISABLE_FILE_VALIDATION=1 to disable this validation.',
    'NOTE: When using the `ipython kernel` entry point, Ctrl-C will not work.',
    'To exit, you will have to explicitly quit this process, by either sending',
    '"quit" from a client, or using Ctrl-\\ in UNIX-like environments.',
    'To read more about this, see https://github.com/ipython/ipython/issues/2049',
    'To connect another client to this kernel, use:',
    '    --existing kernel-1.json',
    '',
  ]

  it('gives the last lines without what every kernel says', () => {
    const log = join(folder, 'log')
    writeFileSync(
      log,
      [
        ...noise,
        'Traceback (most recent call last):',
        '  File "x"',
        "ModuleNotFoundError: No module named 'a'",
        ...noise,
      ].join('\n'),
    )
    assert.deepEqual(lastWords(log), [
      'Traceback (most recent call last):',
      '  File "x"',
      "ModuleNotFoundError: No module named 'a'",
    ])
    assert.equal(deathReason('ended with exit code 1', log).split('\n')[0], 'ended with exit code 1')
    assert.deepEqual(lastWords(log, 1), ["ModuleNotFoundError: No module named 'a'"])
  })

  it('reads the end of a long file only, and nothing of one that is not there', () => {
    const log = join(folder, 'log')
    writeFileSync(log, `${'line\n'.repeat(1_000_000)}last`)
    assert.deepEqual(lastWords(log, 2), ['line', 'last'])
    assert.deepEqual(lastWords(join(folder, 'none')), [])
    assert.equal(deathReason('how', join(folder, 'none')), 'how')
  })
})

describe('describeExit()', () => {
  it('says how a process ended', () => {
    assert.equal(describeExit(3, null), 'ended with exit code 3')
    assert.match(describeExit(null, 'SIGKILL'), /SIGKILL.*memory/)
    assert.match(describeExit(null, 'SIGSEGV'), /SIGSEGV/)
    assert.match(describeExit(null, 'SIGTERM'), /SIGTERM/)
    assert.match(describeExit(null, null), /not known/)
  })
})
