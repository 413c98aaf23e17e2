import type { Server } from 'node:http'
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { CellNews } from '../api/cell_methods.ts'
import { apiVersion } from '../api/contract.ts'
import type { DaemonStatus } from '../api/daemon_methods.ts'
import { version } from '../api/version.ts'
import { hostname } from 'node:os'
import { Bag } from '../base/bag.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { Problem } from '../base/problem.ts'
import { bootId, isAlive, thisProcess } from '../base/process.ts'
import type { StatePaths } from '../base/project.ts'
import { clearIncoming } from '../runs/artifact.ts'
import { keepDataCopy } from '../runs/data_copy.ts'
import { getRun } from '../runs/run.ts'
import { keepFile } from '../runs/run_artifact.ts'
import { openSearcher } from '../runs/searcher.ts'
import { openStore } from '../store/store.ts'
import { keepSynced } from '../store/wal_sync.ts'
import {
  findCapability,
  findProjectCapability,
  grantCapability,
  someHolderLives,
  type Capability,
} from './capability.ts'
import { AuditTrail } from './audit.ts'
import { Capture } from './capture.ts'
import { Cells } from './cells/cells.ts'
import { FollowedKernels } from './followed/followed_kernels.ts'
import { writeDaemonFile } from './discovery.ts'
import { daemonCommand } from './ensure.ts'
import { cellHandlers } from './handlers/cell_handlers.ts'
import { FrameLint } from './frame_lint.ts'
import { cleanUpHandlers } from './handlers/clean_up_handlers.ts'
import { Deployments } from './deployments/deployments.ts'
import { daemonHandlers } from './handlers/daemon_handlers.ts'
import { dataHandlers } from './handlers/data_handlers.ts'
import { followedHandlers } from './handlers/followed_handlers.ts'
import { kernelHandlers } from './handlers/kernel_handlers.ts'
import { notebookHandlers } from './handlers/notebook_handlers.ts'
import { runHandlers } from './handlers/run_handlers.ts'
import { trackingHandlers } from './handlers/tracking_handlers.ts'
import { runPageHandlers } from './handlers/run_page_handlers.ts'
import { tableHandlers } from './handlers/table_handlers.ts'
import { studyHandlers } from './handlers/study_handlers.ts'
import { studyPageHandlers } from './handlers/study_page_handlers.ts'
import { transferHandlers } from './handlers/transfer_handlers.ts'
import { freePort, openIdentity, saveIdentity, type Identity } from './identity.ts'
import { ingestEvents } from './ingest.ts'
import { Kernels, pythonFolder } from './kernels.ts'
import { Life } from './life.ts'
import type { LogRequest } from './line.ts'
import { auditedRoutes } from './mlflow/audited.ts'
import { createMlflowHandler } from './mlflow/dispatch.ts'
import { mlflowRoutes } from './mlflow/routes.ts'
import { NotebookRunner } from './notebook_runner.ts'
import { PausedNotebooks } from './paused.ts'
import { PageAccess } from './page_access.ts'
import { servePage } from './page_files.ts'
import { createDaemonServer } from './server.ts'
import { takeSpools } from './spool.ts'
import { openWatching } from './watching.ts'
import { answerWorker } from './study/worker_requests.ts'
import { openStudies } from './study/open_studies.ts'
import { TopicBoard } from './topics.ts'

/** What the daemon is started with. */
export interface DaemonOptions {
  paths: StatePaths
  log: Log
  clock: Clock
}

/** A running daemon. */
export interface Daemon {
  url: string
  /** Ends it; kernels go on. */
  stop(): void
  /** Resolves when it has ended. */
  ended: Promise<void>
}

/** How often it looks whether it is still needed, whether spools lie about, and whether processes are gone. */
const lookEveryMs = 2_000

/** Puts everything together and serves. The one composition root of the daemon. */
export async function startDaemon({ paths, log, clock }: DaemonOptions): Promise<Daemon> {
  const bag = new Bag()
  const startedAtMs = clock.nowMs()
  const store = openStore(paths.database)
  bag.add(() => store.close())
  bag.add(keepSynced(paths.database))
  const searcher = openSearcher(paths.database)
  bag.add(() => searcher.close())
  const topics = new TopicBoard(100, startedAtMs * 1000)
  bag.add(() => topics.close())
  const artifactsDir = paths.artifacts
  const audit = new AuditTrail({ paths, store, clock, changed: () => topics.bump('audit.changed') })
  clearIncoming(artifactsDir)
  const capture = new Capture({ store, clock, artifactsDir, root: paths.root, log })
  bag.add(() => capture.settle())
  const identity = await openIdentity(paths)
  const url = (): string => `http://127.0.0.1:${identity.port}`
  const paused = new PausedNotebooks(paths)
  const kernels = new Kernels({
    store,
    clock,
    paths,
    url,
    processEnded: (ended) => endRuns((capability) => capability.id === ended.id),
  })
  const { studies, leases, listener } = openStudies({
    ...{ store, clock, paths, log, kernels, capture, topics, url, takeSpools: lookForSpools },
    packageFolder: pythonFolder(),
    runner: () => runner,
    answerWorkers: (request, response) => server.answerWorkers(request, response),
  })
  bag.add(() => listener.close())
  bag.add(() => leases.close())
  bag.add(() => studies.close())
  const runner = new NotebookRunner({
    ...{ store, clock, paths, kernels, capture, topics, log },
    ended: (run) => studies.notebookEnded(run),
    takeSpools: lookForSpools,
  })
  bag.add(() => runner.close())
  const cells = new Cells({ store, clock, paths, kernels, topics })
  bag.add(() => cells.close())
  const followed = new FollowedKernels({ store, clock, paths, kernels, topics, log })
  bag.add(() => followed.close())
  const deployments = new Deployments({ paths, store, clock, audit, kernels, topics })
  const frames = new FrameLint({ store, clock, paths, topics, log })
  bag.add(() => frames.close())
  const watching = openWatching({
    ...{ store, clock, paths, log, topics, kernels, runner, audit, deployments, bag },
  })
  const mlflow = createMlflowHandler(auditedRoutes(mlflowRoutes), {
    onDefect: (error, where) => log(`${where}: ${describe(error)}`),
  })
  const life = new Life(clock)
  let clients = 0
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))

  const access = new PageAccess(identity.token, clock)
  const handlers = {
    ...daemonHandlers({
      store,
      clock,
      capture,
      status,
      stop: () => setTimeout(stop, 20),
      environment: (capability) => kernels.environment(capability),
      address: (capability) => `${url()}/k/${capability.token}`,
      takeSpools: lookForSpools,
      pageLink: (wanted) => {
        searcher.warm()
        return access.link(url(), wanted)
      },
    }),
    ...watching.handlers,
    ...cellHandlers({ cells, kernels, topics }),
    ...dataHandlers({ store, clock, topics, root: paths.root }),
    ...followedHandlers(followed),
    ...kernelHandlers({ kernels, topics, root: paths.root }),
    ...notebookHandlers(runner),
    ...runHandlers({ store, searcher, clock, topics, artifactsDir, dataDir: paths.data }),
    ...trackingHandlers(paused, topics),
    ...runPageHandlers({ store, searcher, clock, artifactsDir, root: paths.root }),
    ...tableHandlers({ store, searcher, clock, topics, root: paths.root }),
    ...studyHandlers({ studies, store, leases, root: paths.root }),
    ...studyPageHandlers({ studies, store, clock, artifactsDir, root: paths.root }),
    ...transferHandlers({ store, clock, topics, artifactsDir }),
    ...cleanUpHandlers({ store, clock, paths, topics }),
  }
  const server = createDaemonServer({
    root: paths.root,
    token: identity.token,
    startedAtMs,
    handlers,
    topics,
    followLog,
    findCapability: (token) => findCapability(store, token),
    accessOf: (token) => access.of(token),
    page: (request, response, path) => servePage(request, response, { path, access }),
    mlflow: (request, response, path, capability) =>
      mlflow(request, response, path, {
        store,
        searcher,
        clock,
        artifactsDir,
        caller: {
          capability: capability?.id ?? null,
          ...(capability === null ? {} : { runCreated: (id: string) => runCreated(id, capability) }),
        },
        changed: (subject, ids) => {
          if (subject === 'runs') runsTouched(ids)
          else topics.bump(`${subject}.changed`)
        },
        audit: (event) => void audit.record(event),
      }),
    ingest: (lines, capability) => {
      const accepted = ingest(lines, capability)
      return studies.isToStop(capability.runId) ? { accepted, stop: true } : { accepted }
    },
    worker: (request, asked) => answerWorker({ studies, spool: paths.spool }, request, asked),
    trials: (message, capability) => studies.poll(message, capability),
    clientsChanged: (count) => (clients = count),
    log,
  })
  await listen(server.http, identity, async () => {
    const moved = saveIdentity(paths, { ...identity, port: await freePort() })
    log(`port ${identity.port} belongs to another program now; using ${moved.port}`)
    identity.port = moved.port
  })
  bag.add(() => server.close())
  const { pid, startTime } = thisProcess()
  writeDaemonFile(paths, {
    pid,
    start_time: startTime,
    url: url(),
    token: identity.token,
    version,
    api: apiVersion,
    project: paths.root,
    host: hostname(),
    boot: bootId(),
    started_ms: startedAtMs,
    start: daemonCommand(paths.root),
  })
  log(`version ${version} serves ${paths.root} at ${url()}`)
  lookForSpools()
  void studies.resume().then(() => runner.resume())
  void cells.resume().catch((error: unknown) => log(describe(error)))
  void followed.resume().catch((error: unknown) => log(describe(error)))
  const timer = setInterval(() => void look(), lookEveryMs)
  bag.add(() => clearInterval(timer))

  return { url: url(), stop, ended }

  function stop(): void {
    if (bag.closed) return
    void bag
      .close()
      .catch((error: unknown) => log(describe(error)))
      .then(() => {
        log('ended')
        end()
      })
  }

  async function look(): Promise<void> {
    // A project that was deleted takes its daemon along.
    if (!existsSync(paths.dir)) return stop()
    lookForSpools()
    studies.look()
    watching.monitor.look()
    void deployments.look().catch((error: unknown) => log(describe(error)))
    endRuns(({ process: holder }) => holder !== null && !isAlive(holder))
    const needed =
      clients > 0 ||
      runner.running + studies.running + watching.retrainer.running > 0 ||
      deployments.serving ||
      someHolderLives(store) ||
      (await livingKernels()) > 0
    if (life.check(needed)) stop()
  }

  async function livingKernels(): Promise<number> {
    const list = await kernels.list().catch(() => [])
    return list.filter((kernel) => kernel.state !== 'dead').length
  }

  function endRuns(gone: (capability: Capability) => boolean): void {
    if (capture.endOrphans(gone).length > 0) topics.bump('runs.changed')
  }

  function runCreated(id: string, capability: Capability): void {
    capture.runCreated(id as Parameters<Capture['runCreated']>[0], capability, null)
  }

  function runsTouched(ids: readonly string[]): void {
    capture.runsTouched(ids as Parameters<Capture['runsTouched']>[0])
    studies.runsTouched(ids)
    topics.bump('runs.changed')
  }

  function ingest(lines: string, capability: Capability): number {
    return ingestEvents(
      {
        store,
        clock,
        log,
        isPaused: (notebook) => paused.has(notebook),
        keepArtifact: (runId, path, file) => {
          // Told twice, the file has moved already.
          const spooled = join(paths.spool, basename(file))
          if (existsSync(spooled)) keepFile({ store, artifactsDir, run: getRun(store, runId) }, path, spooled)
        },
        keepData: (sha256, file) => {
          const spooled = join(paths.spool, basename(file))
          if (existsSync(spooled)) keepDataCopy(paths.data, sha256, spooled)
        },
        frame: (event, from) => frames.add(event, from),
        cellBegins: (code) => frames.expect(code),
        runCreated: (id, from, execution) => capture.runCreated(id, from, execution),
        runsTouched,
      },
      lines,
      capability,
    )
  }

  function lookForSpools(): void {
    const take = (lines: string, token: string): boolean => {
      const capability = findCapability(store, token)
      if (capability !== null) ingest(lines, capability)
      return capability !== null
    }
    takeSpools({ folder: paths.spool, take, log })
  }

  async function followLog(request: LogRequest): Promise<() => void> {
    if (request.topic === 'notebook.cells' || request.topic === 'notebook.followed') {
      let told = 0
      const { isReady, onEntry } = request
      const listener = { isReady, onNews: (news: CellNews) => onEntry(++told, news) }
      if (request.topic === 'notebook.followed') return followed.follow(request.of, listener)
      return cells.follow(cells.nameOf(request.of), listener)
    }
    if (request.topic === 'notebook.comms') {
      let told = 0
      const { isReady, onEntry } = request
      return cells.followComms(cells.nameOf(request.of), { isReady, onNews: (news) => onEntry(++told, news) })
    }
    if (request.topic !== 'kernel.journal')
      throw new Problem('not_found', `There is no topic "${request.topic}"`)
    const { id } = await kernels.get(request.of)
    const connection = await (await kernels.supervisor()).attach(id, request.cursor)
    connection.onEntry((entry) => request.onEntry(entry.seq, entry))
    connection.onClose((why) =>
      request.onEnd(new Problem('daemon_unreachable', `The kernel's journal ended: ${why}`)),
    )
    return () => connection.close()
  }

  /** What `daybook daemon status` shows: an address for anything on this machine, the same for the project's life. */
  function projectCapability(): Capability {
    return findProjectCapability(store) ?? grantCapability(store, { kind: 'project' }, clock.nowMs())
  }

  async function status(): Promise<DaemonStatus> {
    return {
      version,
      project: paths.root,
      stateDir: paths.dir,
      movedBecause: paths.movedBecause,
      pid,
      url: url(),
      trackingUri: `${url()}/k/${projectCapability().token}`,
      startedAtMs,
      memoryBytes: process.memoryUsage.rss(),
      clients,
      kernels: await livingKernels(),
      notebookRuns: runner.running,
      endsAtMs: life.endsAtMs,
    }
  }
}

/** Binds the project's own port. A former daemon may need a moment to leave it; a stranger on it gets his way. */
async function listen(server: Server, identity: Identity, moveAway: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    const error = await tryListen(server, identity.port)
    if (error === null) return
    if (error.code !== 'EADDRINUSE' || tries > 40) throw error
    if (tries === 30) await moveAway()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function tryListen(server: Server, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    server.once('error', resolve)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', resolve)
      resolve(null)
    })
  })
}

function describe(error: unknown): string {
  return error instanceof Error ? String(error.stack) : String(error)
}
