import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachedEnvironment } from '../../scripts/python.mjs'
import type { JournalEntry, KernelInfo, KernelLaunch } from '../../shared/kernel/kernel.ts'
import type { Session } from '../../shared/kernel/session.ts'
import { skip } from '../skip.ts'
import { denoKernel, ipykernel, openProject, type TestProject, textOf, venvPython } from './project.ts'
import { until } from '../until.ts'

/** What is written in the kernel's own language. */
interface Words {
  /** Prints "hello" and evaluates to 42. */
  hello: string
  /** Fails with a message that contains "boom". */
  fail: string
  /** Does nothing for minutes, and can be interrupted; null if the kernel cannot be interrupted. */
  sleep: string | null
  /** Prints `got ` and what it asked for; null if the kernel asks for nothing. */
  ask: string | null
  /** Code and place where "PI" or "pi" completes. */
  complete: [code: string, match: RegExp]
}

const python: Words = {
  hello: 'print("hello"); 6 * 7',
  fail: 'raise ValueError("boom")',
  sleep: 'import time; time.sleep(600)',
  ask: 'print("got", input("? "))',
  complete: ['import math; math.p', /^math\.pi$|^pi$/],
}

/** What every kernel must do, whatever its language and the way to it. */
function kernelKeepsItsPromises(
  what: string,
  prepare: (this: Mocha.Context) => Promise<KernelLaunch>,
  words: Words,
): void {
  describe(what, function () {
    this.timeout(60_000)
    let project: TestProject
    let kernel: KernelInfo
    let session: Session

    before(async function () {
      // The first time it downloads.
      this.timeout(600_000)
      const launch = await prepare.call(this)
      project = await openProject()
      ;({ kernel, session } = await project.session(launch))
    })
    // It is not there if the hook before has skipped all.
    after(() => (project as TestProject | undefined)?.close())

    async function run(
      code: string,
      onInput?: () => string,
    ): Promise<{ entries: JournalEntry[]; status: string }> {
      const entries: JournalEntry[] = []
      const outcome = await session.execute(code, {
        onMessage: (entry) => entries.push(entry),
        ...(onInput !== undefined && { onInput }),
      }).done
      return { entries, status: outcome.status }
    }

    const types = (entries: JournalEntry[]): string[] => entries.map(({ message }) => message.header.msg_type)

    it('says what it is', async () => {
      assert.match(kernel.implementation ?? '', /\S+ \d.*, protocol 5/)
      assert.equal(kernel.state, 'idle')
      assert.equal((await session.kernelInfo())['status'] ?? 'ok', 'ok')
    })

    it('prints and gives a result', async () => {
      const { entries, status } = await run(words.hello)
      assert.equal(status, 'ok')
      assert.equal(textOf(entries).trim(), 'hello')
      const isResult = ({ message }: JournalEntry): boolean =>
        ['execute_result', 'display_data'].includes(message.header.msg_type)
      // Deno sometimes sends its result after it has said that it is idle.
      await until(() => entries.some(isResult))
      assert.match(JSON.stringify(entries.find(isResult)?.message.content['data']), /42/)
    })

    it('tells an error', async () => {
      const { entries, status } = await run(words.fail)
      assert.equal(status, 'error')
      assert.ok(types(entries).includes('error'))
      assert.match(JSON.stringify(entries.map(({ message }) => message.content)), /boom/)
    })

    it('completes', async () => {
      const [code, match] = words.complete
      const { matches } = await session.complete(code, code.length)
      assert.ok(
        (matches as string[]).some((one) => match.test(one)),
        String(matches),
      )
    })

    it('can be interrupted', async function () {
      if (words.sleep === null) skip(this, 'this kernel cannot be interrupted')
      const execution = session.execute(words.sleep)
      await until(async () => (await project.supervisor.list())[0]!.running === execution.id)
      await project.supervisor.interrupt(kernel.id)
      // R calls it aborted.
      assert.notEqual((await execution.done).status, 'ok')
      // What reaches ipykernel 6 while it still empties its queue after the interrupt is aborted too.
      await until(async () => (await run(words.hello)).status === 'ok')
    })

    it('asks for input', async function () {
      if (words.ask === null) skip(this, 'this kernel asks for nothing')
      assert.match(textOf((await run(words.ask, () => 'an answer')).entries), /got an answer/)
    })

    it('goes on under another supervisor', async () => {
      await project.killSupervisor()
      assert.equal((await run(words.hello)).status, 'ok')
      assert.equal((await project.supervisor.list())[0]!.adopted, true)
    })

    it('restarts', async () => {
      const { process: before } = (await project.supervisor.list())[0]!
      const { process: after } = await project.supervisor.restart(kernel.id)
      assert.notEqual(after.pid, before.pid)
      assert.equal((await run(words.hello)).status, 'ok')
    })

    it('is told dead when its process is killed', async () => {
      const { process: identity } = (await project.supervisor.list())[0]!
      const waiting = session.execute(words.hello)
      process.kill(identity.pid, 'SIGKILL')
      // It may have ended just before.
      const [told] = await Promise.allSettled([waiting.done])
      if (told.status === 'rejected') assert.equal((told.reason as { code: string }).code, 'kernel_dead')
      await until(async () => (await project.supervisor.list())[0]!.state === 'dead')
    })
  })
}

kernelKeepsItsPromises(
  'ipykernel 6.17',
  async () => ipykernel(await cachedEnvironment('ipykernel-6.17', ['ipykernel==6.17.*'])),
  python,
)

/** A command that hides which kernel it starts, so that nothing is known of it. */
async function overTcp(this: Mocha.Context, curve: boolean): Promise<KernelLaunch> {
  const script = join(import.meta.dirname, '..', '..', '.cache', 'start-kernel.sh')
  writeFileSync(script, `#!/bin/sh\nexec "${venvPython}" -m ipykernel_launcher -f "$1"\n`)
  chmodSync(script, 0o755)
  return { ...ipykernel(), argv: [script, '{connection_file}'], curve }
}

kernelKeepsItsPromises(
  'a kernel of which nothing is known, over TCP',
  function () {
    return overTcp.call(this, false)
  },
  python,
)

kernelKeepsItsPromises(
  'a kernel that encrypts with CurveZMQ',
  function () {
    return overTcp.call(this, true)
  },
  python,
)

kernelKeepsItsPromises('Deno (TypeScript)', () => denoKernel(), {
  hello: 'console.log("hello"); 6 * 7',
  fail: 'throw new Error("boom")',
  sleep: null,
  ask: null,
  complete: ['Math.P', /PI$/],
})

kernelKeepsItsPromises(
  'IRkernel (R)',
  async function () {
    const asked = promisify(execFile)('R', [
      '--slave',
      '-e',
      'cat(requireNamespace("IRkernel", quietly = TRUE))',
    ])
    const { stdout } = await asked.catch(() => ({ stdout: 'no R' }))
    if (!stdout.includes('TRUE'))
      skip(this, 'IRkernel is missing; on Debian: sudo apt install r-cran-irkernel')
    return {
      name: 'ir',
      displayName: 'R',
      language: 'R',
      argv: ['R', '--slave', '-e', 'IRkernel::main()', '--args', '{connection_file}'],
      env: {},
      interruptMode: 'signal',
      curve: false,
    }
  },
  {
    hello: 'cat("hello\\n"); 6 * 7',
    fail: 'stop("boom")',
    sleep: 'Sys.sleep(600)',
    ask: 'cat("got", readline("? "), "\\n")',
    complete: ['p', /^pi$/],
  },
)
