import { rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { randomHex } from '../../base/id.ts'
import type { Log } from '../../base/log.ts'
import { bootId, isAlive } from '../../base/process.ts'
import type { StatePaths } from '../../base/project.ts'
import { type ConnectionInfo, newConnection, readConnection, writeConnection } from '../connection.ts'
import type { KernelId, KernelInfo, StartKernel } from '../kernel.ts'
import { deathReason, spawnKernel, startProblem } from '../launch.ts'
import { newCurveKeys } from './channels.ts'
import { closeGap, openGap } from './gap.ts'
import { type Exit, findProcess, type KernelProcess, watchChild, watchStranger } from './kernel_process.ts'
import { kernelFiles, type KernelRecord, removeKernelFiles, saveRecord } from './kernel_record.ts'
import type { SupervisorLimits } from './limits.ts'
import { openLine, type Line, type Phase } from './line.ts'
import { readFeatures, untilReady } from './ready.ts'

/** What all kernels of a supervisor share. */
export interface House {
  paths: StatePaths
  limits: SupervisorLimits
  clock: Clock
  log: Log
  /** TCP ports given out. */
  ports: Set<number>
  /** Called when a journal has grown by a file. */
  onSegment: () => void
}

/** A kernel in the supervisor's care. */
export interface HostedKernel {
  readonly id: KernelId
  readonly line: Line
  info(): KernelInfo
  interrupt(): Promise<void>
  restart(): Promise<KernelInfo>
  /** Asks, then insists; takes its files away, not its journal. */
  stop(): Promise<void>
  /** Keeps what it writes to its own log within bounds. */
  tidy(): void
  /** One more client follows it, until the returned function is called. */
  join(): () => void
  /** Lets go of it; the process lives on. */
  release(): void
}

/** What a kernel and its children may write past the notebook, to their own stdout, before it is thrown away. */
const logBytes = 20_000_000

/** So many sets of ports are tried before a start counts as failed. */
const portTries = 5

/**
 * Starts a kernel and waits until it answers.
 * @param options what to start; its `id` must be given
 * @param onHosted is told at once of the kernel that starts, so that it can be seen and stopped; of another one
 *   when the ports of the first were taken
 * @throws Problem `kernel_start_failed` with the last lines it wrote
 */
export async function startKernel(
  house: House,
  options: StartKernel & { id: KernelId },
  onHosted: (kernel: HostedKernel) => void,
): Promise<HostedKernel> {
  const { id } = options
  const record: KernelRecord = {
    format: 1,
    id,
    launch: options.launch,
    env: options.env,
    cwd: options.cwd,
    notebook: options.notebook,
    routingId: `daybook-${randomHex(12)}`,
    session: randomHex(16),
    process: null,
    death: null,
    features: null,
    boot: bootId(),
    startedAtMs: house.clock.nowMs(),
  }
  for (let tries = 1; ; tries++) {
    const kernel = await hostNew(house, record)
    onHosted(kernel)
    try {
      await kernel.begin()
      return kernel
    } catch (error) {
      const taken = /address already in use|EADDRINUSE/i.test((error as Error).message)
      await kernel.stop()
      if (!taken || tries === portTries) throw error
      house.log(`kernel ${id}: ports were taken, trying others`)
    }
  }
}

/** Takes over a kernel that an earlier supervisor started; it may have died in the meantime. */
export function adoptKernel(house: House, record: KernelRecord): HostedKernel {
  const connection = readConnection(kernelFiles(house.paths.kernels, record.id).connection)
  const kernel = host(house, record, connection)
  kernel.takeOver()
  return kernel
}

type Beginner = HostedKernel & { begin(): Promise<void>; takeOver(): void }

async function hostNew(house: House, record: KernelRecord): Promise<Beginner> {
  const files = kernelFiles(house.paths.kernels, record.id)
  const connection = await newConnection({
    launch: record.launch,
    runtime: house.paths.runtime,
    curveKeys: newCurveKeys,
    taken: house.ports,
  })
  writeConnection(files.connection, connection)
  // Before the first connect: whoever comes after us must know the name of our sockets.
  saveRecord(house.paths.kernels, record)
  return host(house, record, connection)
}

function host(house: House, from: KernelRecord, connection: ConnectionInfo): Beginner {
  const { paths, limits, clock, log } = house
  const files = kernelFiles(paths.kernels, from.id)
  const journalFolder = join(paths.journal, from.id)
  const { routingId, session } = from
  const line = openLine({
    connection,
    routingId,
    session,
    journalFolder,
    limits,
    clock,
    log,
    onSegment: house.onSegment,
  })
  const ports = connection.transport === 'tcp' ? portsOf(connection) : []
  ports.forEach((port) => house.ports.add(port))
  let record = from
  let phase: Phase = 'starting'
  let running: KernelProcess | null = null
  let death = from.death
  let features = from.features
  let clients = 0
  let adopted = false
  let changedAtMs = clock.nowMs()
  /** Set while we end the process ourselves: its end is then no news. */
  let ending = false
  let queue: Promise<unknown> = Promise.resolve()

  function turn(next: Phase): void {
    phase = next
    changedAtMs = clock.nowMs()
  }

  function watch(process: KernelProcess): void {
    running = process
    const isNews = (): boolean => running === process && !ending
    void process.exited.then(async (exit) => {
      if (!isNews()) return
      await line.settle()
      if (isNews()) mourn(exit)
    })
  }

  function mourn(exit: Exit): void {
    if (phase === 'dead') return
    death = deathReason(exit.how, files.log)
    turn('dead')
    line.mark('daybook_dead', {
      reason: death,
      code: exit.code,
      signal: exit.signal,
      open: line.ledger.open(),
    })
    line.dismiss(line.ledger.open())
    line.refusal = death
    line.journal.flush()
    record = { ...record, death }
    try {
      saveRecord(paths.kernels, record)
    } catch (error) {
      // The next supervisor will find out by itself.
      log(`cannot note the death of kernel ${record.id}: ${(error as Error).message}`)
    }
    log(`kernel ${record.id} died: ${death.replaceAll('\n', ' / ')}`)
  }

  async function begin(): Promise<void> {
    rmSync(files.log, { force: true })
    const child = await spawnKernel({
      launch: record.launch,
      connectionFile: files.connection,
      logFile: files.log,
      cwd: record.cwd,
      env: record.env,
    })
    const process = watchChild(child)
    record = { ...record, process: process.identity, death: null, boot: bootId(), startedAtMs: clock.nowMs() }
    saveRecord(paths.kernels, record)
    ending = false
    death = null
    adopted = false
    watch(process)
    await untilAnswered(process)
  }

  async function untilAnswered(process: KernelProcess): Promise<void> {
    try {
      features = await untilReady(line, process, limits.readyTimeoutMs)
    } catch (error) {
      throw startProblem(record.launch, (error as Error).message, files.log)
    }
    record = { ...record, features }
    saveRecord(paths.kernels, record)
    turn('live')
  }

  function takeOver(): void {
    adopted = true
    if (death !== null) {
      line.refusal = death
      return turn('dead')
    }
    // Between the record and the start a supervisor may have been killed too.
    const identity = record.process ?? findProcess(files.connection)
    const sameBoot = record.boot === bootId()
    const [first] = openGap(line, clock)
    if (identity === null || !sameBoot || !isAlive(identity)) {
      const how = sameBoot ? 'ended while no supervisor watched' : 'ended with the restart of the machine'
      return mourn({ code: null, signal: null, how })
    }
    record = { ...record, process: identity }
    const process = watchStranger(identity, line.isSilent)
    watch(process)
    if (first !== undefined) line.activity.presume(first)
    // One that had never answered is in the middle of its start.
    if (features === null) void untilAnswered(process).catch(() => process.signal('SIGKILL'))
    else turn('live')
    void resume(process)
  }

  async function resume(process: KernelProcess): Promise<void> {
    const answer = await closeGap(line, clock, () => process === running && phase !== 'dead')
    if (answer !== null) features = readFeatures(answer)
  }

  async function interrupt(): Promise<void> {
    if (phase !== 'live' || running === null) return
    if (record.launch.interruptMode === 'message' || globalThis.process.platform === 'win32') {
      await line.ask('control', 'interrupt_request', { timeoutMs: 5_000 }).catch(() => undefined)
    } else {
      while (!line.activity.interruptible) await new Promise((resolve) => setTimeout(resolve, 5))
      running.signal('SIGINT')
    }
  }

  async function end(restart: boolean): Promise<void> {
    ending = true
    const process = running
    if (process === null) return
    // Workers that it started stay in its group and would hold memory and devices.
    if (process.ended) return process.signal('SIGTERM')
    const exited = process.exited.then(() => true)
    const within = (ms: number): Promise<boolean> =>
      Promise.race([exited, new Promise<boolean>((resolve) => setTimeout(resolve, ms, false))])
    if (phase === 'live') {
      if (line.activity.busy) await interrupt()
      line.ask('control', 'shutdown_request', { content: { restart } }).catch(() => undefined)
    } else {
      process.signal('SIGTERM')
    }
    if (!(await within(limits.stopTimeoutMs / 2))) process.signal('SIGTERM')
    if (!(await within(limits.stopTimeoutMs / 2))) process.signal('SIGKILL')
    await exited
    process.signal('SIGTERM')
    process.release()
  }

  /** Restarts and stops go one after the other. */
  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = queue.then(action)
    queue = result.catch(() => undefined)
    return result
  }

  async function restart(): Promise<KernelInfo> {
    line.refusal = 'it is being restarted'
    await end(true)
    await line.settle()
    line.mark('daybook_restarted', { open: line.ledger.open() })
    line.dismiss(line.ledger.open())
    turn('restarting')
    line.reconnect()
    line.refusal = null
    try {
      await begin()
    } catch (error) {
      await end(false)
      mourn({ code: null, signal: null, how: 'could not be started again' })
      throw error
    }
    return info()
  }

  async function stop(): Promise<void> {
    line.refusal = 'it is being stopped'
    await end(false)
    if (phase !== 'dead') {
      await line.settle()
      mourn({ code: null, signal: null, how: 'was stopped' })
    }
    line.close()
    ports.forEach((port) => house.ports.delete(port))
    removeKernelFiles(paths.kernels, record.id)
    removeSockets(connection)
  }

  function info(): KernelInfo {
    return {
      id: record.id,
      name: record.launch.name,
      displayName: record.launch.displayName,
      language: record.launch.language,
      notebook: record.notebook,
      cwd: record.cwd,
      state: phase !== 'live' ? phase : line.activity.busy ? 'busy' : 'idle',
      deathReason: death,
      process: record.process ?? { pid: 0, startTime: null },
      startedAtMs: record.startedAtMs,
      lastActivityMs: Math.max(changedAtMs, line.lastActivityMs),
      clients,
      running: phase === 'live' ? line.activity.running : null,
      adopted,
      subshells: features?.subshells ?? false,
      implementation: features?.implementation ?? null,
      attached: false,
    }
  }

  return {
    id: record.id,
    line,
    info,
    begin,
    takeOver,
    interrupt,
    restart: () => inTurn(restart),
    stop: () => inTurn(stop),
    tidy() {
      const bytes = statSync(files.log, { throwIfNoEntry: false })?.size ?? 0
      // The kernel appends to it, so it goes on at the beginning.
      if (bytes > logBytes) truncateSync(files.log)
    },
    join() {
      clients++
      return () => clients--
    },
    release() {
      ending = true
      running?.release()
      line.close()
    },
  }
}

function removeSockets(connection: ConnectionInfo): void {
  if (connection.transport !== 'ipc') return
  for (const port of portsOf(connection)) rmSync(`${connection.ip}-${port}`, { force: true })
}

function portsOf(info: ConnectionInfo): number[] {
  return [info.shell_port, info.iopub_port, info.stdin_port, info.control_port, info.hb_port]
}
