import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive } from '../../shared/base/process.ts'
import { openState } from '../../shared/base/project.ts'
import type { KernelId, KernelLaunch } from '../../shared/kernel/kernel.ts'
import { ensureSupervisor } from '../../shared/kernel/supervisor_client.ts'
import { ipykernel, openProject, pause, type TestProject, textOf, venvPython } from './project.ts'
import { until } from '../until.ts'

describe('starting a kernel', function () {
  this.timeout(120_000)
  let project: TestProject

  before(async () => {
    project = await openProject({ limits: { readyTimeoutMs: 20_000 } })
  })
  after(() => project.close())

  const start = (launch: KernelLaunch, cwd = project.root): Promise<unknown> =>
    project.supervisor.start({ launch, cwd, env: {}, notebook: null })

  const failures: [string, () => [KernelLaunch, string?], RegExp, RegExp][] = [
    [
      'a program that is not there',
      () => [{ ...ipykernel(), argv: ['/no/python', '{connection_file}'] }],
      /\/no\/python" does not exist/,
      /another kernel/,
    ],
    [
      'a folder that is not there',
      () => [ipykernel(), '/no/folder'],
      /"\/no\/folder": no such folder/,
      /Make the folder/,
    ],
    [
      'a Python without ipykernel',
      () => [
        { ...ipykernel(), argv: [venvPython, '-S', '-m', 'ipykernel_launcher', '-f', '{connection_file}'] },
      ],
      /exit code 1[^]*No module named ipykernel_launcher/,
      /-m pip install ipykernel/,
    ],
    [
      'a program that ends at once',
      () => [{ ...ipykernel(), argv: ['/bin/sh', '-c', 'echo the reason >&2; exit 3'] }],
      /exit code 3[^]*the reason/,
      /words say why/,
    ],
    ['no command at all', () => [{ ...ipykernel(), argv: [] }], /no command/, /^undefined$/],
  ]
  for (const [what, given, message, hint] of failures) {
    it(`says what is wrong with ${what}`, async () => {
      await assert.rejects(start(...given()), (error: Error & { code: string; hint?: string }) => {
        assert.equal(error.code, 'kernel_start_failed')
        assert.match(error.message, message)
        assert.match(String(error.hint), hint)
        return true
      })
      assert.deepEqual(await project.supervisor.list(), [])
      assert.deepEqual(readdirSync(project.paths.kernels), [])
    })
  }

  it('gives up on a kernel that never answers, and ends it', async () => {
    const quick = await openProject({ limits: { readyTimeoutMs: 500, stopTimeoutMs: 1000 } })
    const pidFile = join(quick.root, 'pid')
    const launch = {
      ...ipykernel(),
      argv: [
        '/bin/sh',
        '-c',
        `echo $$ > ${pidFile}; sleep 600 & trap '' TERM; while :; do wait; sleep 1; done`,
      ],
    }
    await assert.rejects(
      quick.supervisor.start({ launch, cwd: quick.root, env: {}, notebook: null }),
      /did not answer within 0.5 s/,
    )
    const pid = Number(readFileSync(pidFile, 'utf8'))
    await until(() => !isAlive({ pid, startTime: null }))
    await quick.close()
  })

  it('shows a kernel that is starting, and can stop it', async () => {
    const launch = { ...ipykernel(), argv: ['/bin/sh', '-c', 'sleep 600'] }
    const starting = assert.rejects(start(launch), { code: 'kernel_start_failed' })
    await until(async () => (await project.supervisor.list())[0]?.state === 'starting')
    const [kernel] = await project.supervisor.list()
    await project.supervisor.stop(kernel!.id)
    await starting
    assert.deepEqual(await project.supervisor.list(), [])
    assert.deepEqual(readdirSync(project.paths.kernels), [])
  })

  it('tries other ports when the first are taken', async () => {
    // Fails once as ipykernel does when somebody was faster, then starts.
    const script = join(project.root, 'late.sh')
    const mark = join(project.root, 'tried')
    writeFileSync(
      script,
      `#!/bin/sh\nif [ ! -e "${mark}" ]; then cp "$1" "${mark}"; echo "zmq.error.ZMQError: Address already in use" >&2; exit 1; fi\nexec "${venvPython}" -m ipykernel_launcher -f "$1"\n`,
    )
    chmodSync(script, 0o755)
    const { kernel, session } = await project.session({ ...ipykernel(), argv: [script, '{connection_file}'] })
    assert.equal((await session.execute('1').done).status, 'ok')
    const shell = (path: string): number =>
      (JSON.parse(readFileSync(path, 'utf8')) as { shell_port: number }).shell_port
    assert.notEqual(shell(mark), shell(join(project.paths.kernels, `kernel-${kernel.id}.json`)))
    await project.supervisor.stop(kernel.id)
  })

  it('gives the kernel its environment, folder and session, without what is the editor’s', async () => {
    const kernel = await project.supervisor.start({
      launch: { ...ipykernel(), env: { FROM_SPEC: 'spec', BOTH: 'spec' } },
      cwd: project.root,
      env: { BOTH: 'caller', DAYBOOK_NOTEBOOK: 'a.ipynb' },
      notebook: 'a.ipynb',
      id: 'my-own-id' as KernelId,
    })
    assert.equal(kernel.id, 'my-own-id')
    assert.equal(kernel.notebook, 'a.ipynb')
    const environ = readFileSync(`/proc/${kernel.process.pid}/environ`, 'utf8').split('\0')
    for (const one of ['FROM_SPEC=spec', 'BOTH=caller', 'DAYBOOK_NOTEBOOK=a.ipynb'])
      assert.ok(environ.includes(one), one)
    assert.ok(!environ.some((one) => /^(JPY_PARENT_PID|ELECTRON_RUN_AS_NODE|VSCODE_)/.test(one)))
    const stat = readFileSync(`/proc/${kernel.process.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    // Leader of its own process group and session.
    assert.equal(Number(stat[2]), kernel.process.pid)
    assert.equal(Number(stat[3]), kernel.process.pid)
    await assert.rejects(
      project.supervisor.start({
        launch: ipykernel(),
        cwd: project.root,
        env: {},
        notebook: null,
        id: kernel.id,
      }),
      { code: 'conflict' },
    )
    await project.supervisor.stop(kernel.id)
    assert.ok(!isAlive(kernel.process))
    assert.deepEqual(readdirSync(project.paths.kernels), [])
    await assert.rejects(project.supervisor.interrupt(kernel.id), { code: 'kernel_not_found' })
  })

  it('ends what a kernel has started together with it', async () => {
    const { kernel, session } = await project.session()
    const { entries } = await collect(
      session.execute.bind(session),
      'import subprocess; print(subprocess.Popen(["sleep", "600"]).pid)',
    )
    const pid = Number(textOf(entries))
    assert.ok(isAlive({ pid, startTime: null }))
    await project.supervisor.stop(kernel.id)
    await until(() => !isAlive({ pid, startTime: null }))
  })

  it('stops a kernel in mid-cell', async () => {
    const { kernel, session } = await project.session()
    const execution = session.execute('import time; time.sleep(600)')
    await until(async () => (await project.supervisor.list())[0]!.running === execution.id)
    const told = Promise.allSettled([execution.done])
    await project.supervisor.stop(kernel.id)
    const [end] = await told
    assert.ok(end.status === 'rejected' || end.value.status === 'error')
    await assert.rejects(async () => session.execute('1').done, { code: 'kernel_dead' })
    assert.deepEqual(await project.supervisor.list(), [])
  })
})

describe('the supervisor', function () {
  this.timeout(120_000)

  it('ends by itself when it has nothing to do, and when asked once its last kernel is gone', async () => {
    const idle = await openProject({ limits: { idleEndMs: 400 } })
    const first = idle.file().process
    await until(() => !isAlive(first))
    const { kernel } = await idle.session()
    const second = idle.file().process
    idle.supervisor.close()
    await pause(1000)
    assert.ok(isAlive(second))
    await idle.supervisor.stop(kernel.id)
    await until(() => !isAlive(second))
    rmSync(idle.root, { recursive: true })
  })

  it('stays in reach of its kernels when somebody deletes the state of the project', async () => {
    const project = await openProject({ limits: { idleEndMs: 2000 } })
    const { kernel } = await project.session()
    const before = project.file().process
    rmSync(project.paths.dir, { recursive: true })
    const paths = openState(project.root)
    await until(() => existsSync(join(paths.dir, 'supervisors', '1.json')))
    const again = await ensureSupervisor(paths)
    assert.deepEqual(
      (await again.list()).map(({ id }) => id),
      [kernel.id],
    )
    assert.deepEqual(project.file().process, before)
    await project.close()
  })

  it('takes over no kernel from files that others could have written', async () => {
    const project = await openProject()
    const { kernel, session } = await project.session()
    session.close()
    await project.killSupervisor()
    const record = join(project.paths.kernels, `${kernel.id}.record`)
    chmodSync(record, 0o644)
    const next = await ensureSupervisor(project.paths)
    assert.deepEqual(await next.list(), [])
    process.kill(-kernel.process.pid, 'SIGKILL')
    await project.close()
  })
})

async function collect(
  execute: (
    code: string,
    how: { onMessage: (entry: Parameters<typeof textOf>[0][number]) => void },
  ) => { done: Promise<unknown> },
  code: string,
): Promise<{ entries: Parameters<typeof textOf>[0][number][] }> {
  const entries: Parameters<typeof textOf>[0][number][] = []
  await execute(code, { onMessage: (entry) => entries.push(entry) }).done
  return { entries }
}
