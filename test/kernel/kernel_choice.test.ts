import assert from 'node:assert/strict'
import { Problem } from '../../shared/base/problem.ts'
import type { DiscoveredKernel, KernelSource } from '../../shared/kernel/discovery.ts'
import { findKernel } from '../../shared/kernel/kernel_choice.ts'

function kernel(
  name: string,
  source: KernelSource,
  more: Partial<DiscoveredKernel> & { language?: string } = {},
): DiscoveredKernel {
  const { language = 'python', ...rest } = more
  const launch = {
    name,
    displayName: `The ${name}`,
    language,
    argv: ['x'],
    env: {},
    interruptMode: 'signal',
    curve: false,
  } as const
  return { launch, source, path: `/p/${name}`, usable: true, ...rest }
}

const lacking = { usable: false, problem: 'ipykernel is not installed', remedy: 'pip install ipykernel' }
const venv = kernel('.venv', 'project')
const bare = kernel('.venv', 'project', lacking)
const spec = kernel('python3', 'kernelspec')
const mine = kernel('mine', 'kernelspec')
const r = kernel('ir', 'kernelspec', { language: 'r' })
const torch = kernel('conda:torch', 'conda')

describe('findKernel()', () => {
  const none = { name: null, language: null }
  const any = { name: 'python3', language: 'python' }
  type Wanted = Parameters<typeof findKernel>[1]
  const cases: [string, DiscoveredKernel[], Wanted, string, RegExp][] = [
    ['the one asked for', [venv, spec, r], { name: 'IR', kernelspec: any }, 'ir', /asked for/],
    ['the one asked for by path', [venv, spec], { name: '/p/python3' }, 'python3', /asked for/],
    ['the first of a language asked for', [venv, r], { name: 'R' }, 'ir', /first here for R/],
    [
      'Python where nothing is called python3',
      [venv, r],
      { name: 'python3' },
      '.venv',
      /first here for Python/,
    ],
    [
      'the project’s own for a notebook of any Python',
      [venv, spec],
      { name: null, kernelspec: any },
      '.venv',
      /project's own/,
    ],
    [
      'the project’s own for a notebook that says nothing',
      [venv, spec, r],
      { name: null, kernelspec: none },
      '.venv',
      /project's own/,
    ],
    [
      'the one that the notebook names',
      [venv, mine],
      { name: null, kernelspec: { name: 'mine', language: 'python' } },
      'mine',
      /notebook names it/,
    ],
    [
      'another of the language, and says so',
      [venv],
      { name: null, kernelspec: { name: 'gone', language: 'python' } },
      '.venv',
      /"gone" is not here/,
    ],
    [
      'what nb_conda_kernels meant',
      [venv, torch],
      { name: null, kernelspec: { name: 'conda-env-torch-py', language: 'python' } },
      'conda:torch',
      /names it/,
    ],
    [
      'R for a notebook of R',
      [venv, r],
      { name: null, kernelspec: { name: 'ir', language: 'R' } },
      'ir',
      /names it/,
    ],
    [
      'by the language of a kernel that is known by name only',
      [venv, r],
      { name: null, kernelspec: { name: 'ir', language: null } },
      'ir',
      /names it/,
    ],
    [
      'the kernelspec where the project has no environment',
      [spec, torch],
      { name: null, kernelspec: any },
      'python3',
      /first here for Python/,
    ],
    [
      'another environment of the project if the first lacks something',
      [bare, kernel('venv', 'project'), spec],
      { name: null },
      'venv',
      /project's own/,
    ],
    [
      'past a broken Python elsewhere',
      [kernel('active', 'active', lacking), spec],
      { name: null },
      'python3',
      /first here/,
    ],
  ]
  for (const [what, found, wanted, name, why] of cases) {
    it(`picks ${what}`, () => {
      const choice = findKernel(found, wanted)
      assert.equal(choice.kernel.launch.name, name)
      assert.match(choice.why, why)
    })
  }

  const refused: [string, DiscoveredKernel[], Wanted, RegExp, RegExp][] = [
    [
      'a name that is not there',
      [venv, r],
      { name: 'julia-1' },
      /no kernel "julia-1"/,
      /There are: \.venv, ir/,
    ],
    [
      'one that lacks something',
      [bare, spec],
      { name: '.venv' },
      /cannot be started: ipykernel is not installed/,
      /Run: pip install ipykernel/,
    ],
    [
      'to pass over the project’s environment in silence',
      [bare, spec],
      { name: null },
      /"\.venv" cannot be started/,
      /Run: pip install ipykernel.*--kernel python3/,
    ],
    [
      'a language without a kernel',
      [venv],
      { name: null, kernelspec: { name: 'ir', language: 'R' } },
      /no kernel for R/,
      /There are: \.venv/,
    ],
    ['everything on an empty machine', [], { name: null }, /no kernel for Python/, /pip install ipykernel/],
  ]
  for (const [what, found, wanted, message, hint] of refused) {
    it(`refuses ${what}, and says what to do`, () => {
      assert.throws(
        () => findKernel(found, wanted),
        (error) =>
          error instanceof Problem &&
          error.code === 'kernel_not_found' &&
          message.test(error.message) &&
          hint.test(error.hint ?? ''),
      )
    })
  }
})
