import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { StatePaths } from '../../base/project.ts'
import { DeviceLeases } from '../../compute/lease.ts'
import { discoverKernels } from '../../kernel/discovery.ts'
import { findKernel } from '../../kernel/kernel_choice.ts'
import { notebookLanguage, type NotebookDocument } from '../../notebook/document.ts'
import { saveNotebook } from '../../notebook/file.ts'
import { ensureExperiment } from '../../runs/experiment.ts'
import type { Store } from '../../store/store.ts'
import { bindCapability, getCapability, grantCapability, type CapabilityId } from '../capability.ts'
import type { Capture } from '../capture.ts'
import type { Kernels } from '../kernels.ts'
import { askHost, openHost } from '../remote/find_host.ts'
import { forwardTo } from '../remote/forward.ts'
import { WorkerListener, type ListenerParts } from '../remote/worker_listener.ts'
import { parseOn } from '../remote/on_address.ts'
import type { NotebookRunner } from '../notebook_runner.ts'
import type { TopicBoard } from '../topics.ts'
import { Studies } from './studies.ts'
import type { TrialPython } from './study_parts.ts'

/** What studies are opened with. */
export interface OpenStudies {
  store: Store
  clock: Clock
  paths: StatePaths
  log: Log
  kernels: Kernels
  capture: Capture
  topics: TopicBoard
  packageFolder: string
  url(): string
  /** Answers workers on other machines. */
  answerWorkers: ListenerParts['answer']
  runner(): NotebookRunner
  takeSpools(): void
}

/** The project's studies, wired to the daemon, and the machine's leases. */
export function openStudies(parts: OpenStudies): {
  studies: Studies
  leases: DeviceLeases
  listener: WorkerListener
} {
  const { store, clock, paths, log, kernels, capture, topics } = parts
  const leases = new DeviceLeases()
  const listener = new WorkerListener({ paths, nowMs: () => clock.nowMs(), answer: parts.answerWorkers })
  const studies = new Studies({
    store,
    clock,
    paths,
    log,
    leases,
    packageFolder: parts.packageFolder,
    runParts: ({ notebook }) => ({
      store,
      clock,
      capture,
      artifactsDir: paths.artifacts,
      experimentId: ensureExperiment(store, notebook, clock.nowMs()),
    }),
    address: (capability) => `${parts.url()}/k/${capability.token}`,
    environment: (capability) => kernels.environment(capability),
    grantHost: (notebook) => grantCapability(store, { kind: 'host', notebook }, clock.nowMs()),
    bindCapability: (id, holder) => bindCapability(store, id as CapabilityId, holder),
    url: parts.url,
    pathOf: (id) => {
      const capability = getCapability(store, id)
      return capability === null ? null : `/k/${capability.token}`
    },
    askHosts: ({ on }) => Promise.all(on.map((word) => askHost(parseOn(word)))),
    openHosts: ({ on, kernel, gpu, parallel }, { hosts = [], cores }) =>
      on.flatMap((word, at) => {
        const host = hosts[at]
        const address = parseOn(word)
        return host === undefined
          ? []
          : [
              openHost(address, host, {
                kernel,
                forward: forwardTo(parts.url),
                wish: { cores, gpu, parallel },
                listener,
              }),
            ]
      }),
    takeSpools: parts.takeSpools,
    findPython: (document, kernel) => findTrialPython(paths.root, document, kernel),
    startNotebook: async ({ path, parameters, kernel, name, tags }) => {
      const run = await parts.runner().start({ path, parameters, kernel, output: null }, { name, tags })
      return { runId: run.runId ?? '' }
    },
    cancelNotebook: async (runId) => {
      const row = store.get('SELECT id FROM notebook_run WHERE run_id = ?', runId)
      if (row === undefined) return
      await parts.runner().cancel(row['id'] as string)
    },
    changed: () => {
      topics.bump('studies.changed')
      topics.bump('runs.changed')
    },
    saveCopy: async (path, document) => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      await saveNotebook(path, document)
    },
  })
  return { studies, leases, listener }
}

/** The Python of the kernel that a notebook would get, if trials can do without the kernel itself. */
async function findTrialPython(
  root: string,
  document: NotebookDocument,
  kernel: string | null,
): Promise<TrialPython | { why: string }> {
  const language = notebookLanguage(document)
  if (language !== null && language.toLowerCase() !== 'python') return { why: `it is in ${language}` }
  const spec = document.metadata['kernelspec'] as { name?: unknown } | undefined
  const name = typeof spec?.name === 'string' ? spec.name : null
  const choice = findKernel(await discoverKernels(root), { name: kernel, kernelspec: { name, language } })
  const { argv, env, unset = [], displayName } = choice.kernel.launch
  const [python, option, module] = argv
  if (python === undefined || option !== '-m' || !/^ipykernel(_launcher)?$/.test(module ?? '')) {
    return { why: `the kernel "${displayName}" is started by a command of its own` }
  }
  return { python, env, unset }
}
