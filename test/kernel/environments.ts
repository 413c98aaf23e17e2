import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Surroundings } from '../../shared/kernel/kernelspec.ts'

/** How a made-up environment is to look. */
export interface FakeEnvironment {
  /** @default '3.11' */
  version?: string
  /** Version of the ipykernel in it; absent: none. */
  ipykernel?: string
  kind?: 'venv' | 'uv' | 'conda' | 'plain'
  /** Its program is a link that leads nowhere. */
  gone?: true
  /** Lines of pyvenv.cfg beside the usual. */
  config?: string
}

/** Makes a folder that looks like a Python environment; its program is a shell script that fails. */
export function makeEnvironment(prefix: string, fake: FakeEnvironment = {}): void {
  const { version = '3.11', ipykernel, kind = 'venv' } = fake
  const site = join(prefix, 'lib', `python${version}`, 'site-packages')
  mkdirSync(site, { recursive: true })
  mkdirSync(join(prefix, 'bin'), { recursive: true })
  writeFileSync(join(site, 'README.txt'), '')
  if (fake.gone === true) symlinkSync('/nowhere/python3', join(prefix, 'bin', 'python'))
  else makeProgram(join(prefix, 'bin', 'python'))
  if (kind === 'venv' || kind === 'uv') {
    const uv = kind === 'uv' ? 'uv = 0.5.0\n' : ''
    writeFileSync(
      join(prefix, 'pyvenv.cfg'),
      `home = /usr/bin\n${uv}version = ${version}.4\n${fake.config ?? ''}`,
    )
  }
  if (kind === 'conda') {
    makeFile(join(prefix, 'conda-meta', 'history'), '')
    makeFile(join(prefix, 'conda-meta', `python-${version}.4-h1.json`), '{}')
  }
  if (ipykernel === undefined) return
  writeFileSync(join(site, 'ipykernel_launcher.py'), '')
  mkdirSync(join(site, `ipykernel-${ipykernel}.dist-info`))
  makeSpec(prefix, 'python3', {
    argv: ['python', '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    language: 'python',
  })
}

/** Installs a kernelspec under a prefix. */
export function makeSpec(prefix: string, name: string, spec: Record<string, unknown>): void {
  makeFile(join(prefix, 'share', 'jupyter', 'kernels', name, 'kernel.json'), JSON.stringify(spec))
}

/** Makes a program that fails when it is run. */
export function makeProgram(path: string): void {
  makeFile(path, '#!/bin/sh\nexit 1\n')
  chmodSync(path, 0o755)
}

/** Makes a file and the folders around it. */
export function makeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** Surroundings that hold nothing but what a test puts there; the system's own folders stay. */
export function emptySurroundings(home: string, env: Record<string, string> = {}): Surroundings {
  return { env: { PATH: join(home, 'bin'), ...env }, home, platform: 'linux' }
}
