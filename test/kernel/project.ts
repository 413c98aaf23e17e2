import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { isAlive } from '../../shared/base/process.ts'
import { openState, type StatePaths } from '../../shared/base/project.ts'
import type {
  JournalEntry,
  KernelId,
  KernelInfo,
  KernelLaunch,
  Supervisor,
} from '../../shared/kernel/kernel.ts'
import { openSession, type Session } from '../../shared/kernel/session.ts'
import { ensureSupervisor, type SupervisorOptions } from '../../shared/kernel/supervisor_client.ts'
import { readSupervisorFile, type SupervisorFile } from '../../shared/kernel/supervisor_file.ts'
import { until } from '../until.ts'

/** A project folder of a test's own with a real supervisor. */
export interface TestProject {
  root: string
  paths: StatePaths
  supervisor: Supervisor
  /** Starts a kernel and opens a session on it from its first word on. */
  session(launch?: KernelLaunch): Promise<{ kernel: KernelInfo; session: Session }>
  /** Who supervises now. */
  file(): SupervisorFile
  /** Kills the supervisor, as a machine that runs out of memory would. */
  killSupervisor(): Promise<void>
  /** Stops all kernels and the supervisor, and removes the folder. */
  close(): Promise<void>
}

/** The project's own Python. */
export const venvPython = join(import.meta.dirname, '..', '..', '.venv', 'bin', 'python')

/** How ipykernel of a Python is started. */
export function ipykernel(python = venvPython): KernelLaunch {
  return {
    name: 'python3',
    displayName: 'Python 3',
    language: 'python',
    argv: [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    env: {},
    interruptMode: 'signal',
    curve: false,
  }
}

/** How Deno's kernel is started: another language, from PyPI. Installed when first asked for. */
export async function denoKernel(): Promise<KernelLaunch> {
  const deno = join(dirname(await cachedEnvironment('deno', ['deno'])), 'deno')
  return {
    name: 'deno',
    displayName: 'Deno',
    language: 'typescript',
    argv: [deno, 'jupyter', '--kernel', '--conn', '{connection_file}'],
    env: {},
    interruptMode: 'message',
    curve: false,
  }
}

/** Opens such a project, in a folder of its own unless one is given. */
export async function openProject(
  options: SupervisorOptions = {},
  root = mkdtempSync(join(tmpdir(), 'k-')),
): Promise<TestProject> {
  const paths = openState(root)
  const supervisor = await ensureSupervisor(paths, options)
  const sessions: Session[] = []

  function file(): SupervisorFile {
    const found = readSupervisorFile(paths)
    if (found === null) throw new Error('No supervisor runs')
    return found
  }

  return {
    root,
    paths,
    supervisor,
    async session(launch = ipykernel()) {
      const kernel = await supervisor.start({ launch, cwd: root, env: {}, notebook: null })
      const session = openSession(await supervisor.attach(kernel.id, 0), { subshells: kernel.subshells })
      sessions.push(session)
      return { kernel, session }
    },
    file,
    async killSupervisor() {
      const { process: identity } = file()
      process.kill(identity.pid, 'SIGKILL')
      while (isAlive(identity)) await pause(5)
    },
    async close() {
      for (const session of sessions) session.close()
      for (const kernel of await supervisor.list()) await supervisor.stop(kernel.id)
      const { process: identity } = file()
      supervisor.close()
      while (isAlive(identity)) await pause(5)
      rmSync(root, { recursive: true, force: true })
      rmSync(paths.runtime, { recursive: true, force: true })
    },
  }
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** What an execution wrote to a stream. */
export function textOf(entries: readonly JournalEntry[], name = 'stdout'): string {
  return entries
    .map(({ message }) => message)
    .filter(({ header, content }) => header.msg_type === 'stream' && content['name'] === name)
    .map(({ content }) => content['text'] as string)
    .join('')
}

/** The types of messages, in order. */
export function typesOf(entries: readonly JournalEntry[]): string[] {
  return entries.map(({ message }) => message.header.msg_type)
}

/** Everything in a kernel's journal now. */
export async function journalOf(project: TestProject, id: KernelId): Promise<JournalEntry[]> {
  const connection = await project.supervisor.attach(id, 0)
  const entries: JournalEntry[] = []
  connection.onEntry((entry) => entries.push(entry))
  await until(() => (entries.at(-1)?.seq ?? 0) >= connection.head)
  connection.close()
  return entries
}
