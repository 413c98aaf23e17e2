import { join } from 'node:path'
import { randomHex } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { bootId, identifyProcess, isAlive } from '../../base/process.ts'
import { type ConnectionInfo, readConnection, writeConnection } from '../connection.ts'
import type { AttachKernel, KernelInfo } from '../kernel.ts'
import { closeGap, openGap } from './gap.ts'
import type { HostedKernel, House } from './hosted_kernel.ts'
import { type KernelProcess, watchStranger } from './kernel_process.ts'
import {
  kernelFiles,
  type KernelRecord,
  mustBePrivate,
  removeKernelFiles,
  saveRecord,
} from './kernel_record.ts'
import { openLine } from './line.ts'

/**
 * A kernel of another program (a Jupyter server), followed as one more client: what it says on iopub goes into a
 * journal as that of our own kernels does. It is never interrupted, restarted or ended from here.
 */
export interface AttachedKernel extends HostedKernel {
  /** Goes on with what changed of it. */
  renew(wanted: AttachKernel): void
  /** Resolves when it is heard on iopub, so that nothing more is missed; or after a while, as it may be busy. */
  listening(): Promise<void>
}

/** How often a kernel is asked until it is heard, how many times, and how often it is looked whether it was. */
const askEveryMs = 200
const asks = 15
const lookEveryMs = 10

/**
 * Begins to follow a kernel.
 * @throws Problem `bad_request` if its connection file is not to be believed, `kernel_not_found` if it does not run
 */
export function attachKernel(house: House, wanted: AttachKernel): AttachedKernel {
  const connection = trusted(wanted.connectionFile)
  const process = identifyProcess(wanted.pid)
  if (process === null)
    throw new Problem('kernel_not_found', `Cannot follow kernel ${wanted.id}: no process ${wanted.pid} runs`)
  const record: KernelRecord = {
    format: 1,
    id: wanted.id,
    attached: true,
    launch: {
      name: wanted.name,
      displayName: wanted.displayName,
      language: wanted.language,
      argv: [],
      env: {},
      interruptMode: 'message',
      curve: false,
    },
    env: {},
    cwd: wanted.cwd,
    notebook: wanted.notebook,
    routingId: `daybook-${randomHex(12)}`,
    session: randomHex(16),
    process,
    death: null,
    features: null,
    boot: bootId(),
    startedAtMs: house.clock.nowMs(),
  }
  // Our own copy: whoever takes over from us must find it, whatever becomes of theirs.
  writeConnection(kernelFiles(house.paths.kernels, record.id).connection, connection)
  saveRecord(house.paths.kernels, record)
  return host(house, record, connection)
}

/** Goes on following a kernel that an earlier supervisor followed. */
export function adoptAttached(house: House, record: KernelRecord): AttachedKernel {
  return host(house, record, readConnection(kernelFiles(house.paths.kernels, record.id).connection), true)
}

function host(house: House, from: KernelRecord, first: ConnectionInfo, isAdopted = false): AttachedKernel {
  const { paths, limits, clock, log } = house
  let record = from
  let running: KernelProcess | null = null
  let changedAtMs = clock.nowMs()
  let clients = 0
  const line = openLine({
    connection: first,
    routingId: from.routingId,
    session: from.session,
    journalFolder: join(paths.journal, from.id),
    ...{ limits, clock, log, onSegment: house.onSegment, isForeign: true },
  })
  if (record.death !== null) line.refusal = record.death
  else if (isAdopted) takeOver()
  else watch()

  function watch(): void {
    if (record.process === null) return
    const process = watchStranger(record.process, line.isSilent)
    running = process
    void process.exited.then(async () => {
      if (running !== process) return
      await line.settle()
      if (running === process) mourn('it ended')
    })
  }

  function mourn(death: string): void {
    running?.release()
    running = null
    changedAtMs = clock.nowMs()
    line.mark('daybook_dead', { reason: death, open: line.ledger.open() })
    line.dismiss(line.ledger.open())
    line.refusal = death
    line.journal.flush()
    note({ death })
  }

  function takeOver(): void {
    const [open] = openGap(line, clock)
    if (record.process === null || record.boot !== bootId() || !isAlive(record.process))
      return mourn('it ended while nobody listened')
    watch()
    if (open !== undefined) line.activity.presume(open)
    const asked = running
    void closeGap(line, clock, () => running === asked)
  }

  function note(change: Partial<KernelRecord>): void {
    record = { ...record, ...change }
    try {
      saveRecord(paths.kernels, record)
    } catch (error) {
      log(`cannot note what changed of kernel ${record.id}: ${(error as Error).message}`)
    }
  }

  function renew(wanted: AttachKernel): void {
    const process = identifyProcess(wanted.pid)
    const isSame = process?.pid === record.process?.pid && process?.startTime === record.process?.startTime
    if (wanted.notebook !== record.notebook) note({ notebook: wanted.notebook })
    if (process === null || (isSame && record.death === null)) return
    const connection = trusted(wanted.connectionFile)
    running?.release()
    line.mark('daybook_restarted', { open: line.ledger.open() })
    line.dismiss(line.ledger.open())
    writeConnection(kernelFiles(paths.kernels, record.id).connection, connection)
    note({ process, death: null, boot: bootId() })
    line.refusal = null
    line.reconnect(connection)
    changedAtMs = clock.nowMs()
    watch()
  }

  async function listening(): Promise<void> {
    const isDone = (): boolean => line.heard || record.death !== null
    for (let tries = 0; tries < asks && !isDone(); tries++) {
      // On control, whose answers do not wait for a cell to end.
      line.ask('control', 'kernel_info_request', { timeoutMs: asks * askEveryMs }).catch(() => undefined)
      for (let waited = 0; waited < askEveryMs && !isDone(); waited += lookEveryMs)
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    }
  }

  function info(): KernelInfo {
    const { launch } = record
    return {
      id: record.id,
      name: launch.name,
      displayName: launch.displayName,
      language: launch.language,
      notebook: record.notebook,
      cwd: record.cwd,
      state: record.death !== null ? 'dead' : line.activity.busy ? 'busy' : 'idle',
      deathReason: record.death,
      process: record.process ?? { pid: 0, startTime: null },
      startedAtMs: record.startedAtMs,
      lastActivityMs: Math.max(changedAtMs, line.lastActivityMs),
      clients,
      running: record.death === null ? line.activity.running : null,
      adopted: isAdopted,
      subshells: false,
      implementation: null,
      attached: true,
    }
  }

  return {
    id: record.id,
    line,
    info,
    renew,
    listening,
    interrupt: () => Promise.reject(notOurs()),
    restart: () => Promise.reject(notOurs()),
    stop() {
      running?.release()
      running = null
      line.close()
      removeKernelFiles(paths.kernels, record.id)
      return Promise.resolve()
    },
    tidy: () => undefined,
    join() {
      clients++
      return () => clients--
    },
    release() {
      running?.release()
      running = null
      line.close()
    },
  }
}

function notOurs(): Problem {
  return new Problem('conflict', 'This kernel belongs to a Jupyter server', {
    hint: 'Interrupt, restart or stop it there.',
  })
}

/** A connection file that was named to us is believed if only we can have written it and it leads nowhere else. */
function trusted(path: string): ConnectionInfo {
  try {
    mustBePrivate(path)
    const connection = readConnection(path)
    if (connection.transport === 'ipc' || /^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(connection.ip))
      return connection
    throw new Error(`it leads to ${connection.ip}, which is not this machine`)
  } catch (error) {
    throw new Problem('bad_request', `Cannot follow the kernel of "${path}": ${(error as Error).message}`)
  }
}
