import { basename, dirname, isAbsolute, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FoundKernel } from '../api/kernel_methods.ts'
import type { Clock } from '../base/clock.ts'
import { ulid } from '../base/id.ts'
import { Problem } from '../base/problem.ts'
import type { StatePaths } from '../base/project.ts'
import { discoverKernels, type DiscoveredKernel } from '../kernel/discovery.ts'
import { findKernel } from '../kernel/kernel_choice.ts'
import type { KernelId, KernelInfo, Supervisor } from '../kernel/kernel.ts'
import { ensureSupervisor, findSupervisor } from '../kernel/supervisor_client.ts'
import type { Store } from '../store/store.ts'
import { bindCapability, capabilityOfKernel, grantCapability, type Capability } from './capability.ts'
import { moduleEnvironment } from './module_environment.ts'
import { runSettingsOrDefault } from './run_settings.ts'

/** What the daemon's kernels need. */
export interface KernelParts {
  store: Store
  clock: Clock
  paths: StatePaths
  /** Address of the daemon. */
  url(): string
  /** Told when the process that held a capability is gone. */
  processEnded(capability: Capability): void
}

/** What to start, as a caller asks for it. */
export interface WantedKernel {
  /** Name as `daybook kernels` lists it; null: the one the notebook names, else the project's Python. */
  name: string | null
  /** Absolute path of the notebook it is for, or null. */
  notebook: string | null
  /** What the notebook itself says: `metadata.kernelspec.name` and its language. */
  kernelspec: { name: string | null; language: string | null }
  /** A notebook run: its runs are nested in this one. */
  parentRunId: string | null
  cwd: string
}

/** A kernel that was started. */
export interface StartedKernel {
  kernel: KernelInfo
  capability: Capability
  /** Why this one was chosen. */
  why: string
}

/** The kernels of this project, through the supervisor, which is started when first needed. */
export class Kernels {
  readonly #parts: KernelParts
  #supervisor: Promise<Supervisor> | null = null

  constructor(parts: KernelParts) {
    this.#parts = parts
  }

  /** The line to the supervisor, which is started if none runs. A line that broke is made anew. */
  supervisor(): Promise<Supervisor> {
    this.#supervisor ??= ensureSupervisor(this.#parts.paths).catch((error: unknown) => {
      this.#supervisor = null
      throw error
    })
    return this.#supervisor
  }

  /** Running kernels of this project's own; none if no supervisor runs. */
  async list(): Promise<KernelInfo[]> {
    return (await this.#all()).filter(({ attached }) => !attached)
  }

  /** Kernels of Jupyter servers that the supervisor follows. */
  async followed(): Promise<KernelInfo[]> {
    return (await this.#all()).filter(({ attached }) => attached)
  }

  async #all(): Promise<KernelInfo[]> {
    if ((await findSupervisor(this.#parts.paths)) === null) return []
    return (await this.supervisor()).list()
  }

  /** What could be started for a folder. */
  async find(folder: string): Promise<FoundKernel[]> {
    return (await discoverKernels(folder)).map(toFound)
  }

  /** The interpreter of the Python kernel that a notebook gets which names none. @throws Problem `kernel_not_found` */
  async projectPython(): Promise<string> {
    const found = await discoverKernels(this.#parts.paths.root)
    const { kernel } = findKernel(found, { name: null, kernelspec: { name: null, language: 'python' } })
    return kernel.launch.argv[0] ?? 'python3'
  }

  /**
   * Starts a kernel that is tracked: it gets a capability of its own and our module.
   * @throws Problem `kernel_not_found` with what there is, `kernel_start_failed`
   */
  async start(wanted: WantedKernel): Promise<StartedKernel> {
    const { store, clock, paths } = this.#parts
    const found = await discoverKernels(paths.root)
    const choice = findKernel(found, { name: wanted.name, kernelspec: wanted.kernelspec })
    const id = ulid(clock.nowMs()) as KernelId
    const notebook = wanted.notebook === null ? null : relative(paths.root, wanted.notebook)
    const capability = grantCapability(
      store,
      { kind: 'kernel', kernelId: id, notebook, runId: wanted.parentRunId },
      clock.nowMs(),
    )
    const supervisor = await this.supervisor()
    const kernel = await supervisor.start({
      launch: choice.kernel.launch,
      cwd: wanted.cwd,
      env: this.environment(capability),
      notebook,
      id,
    })
    bindCapability(store, capability.id, kernel.process)
    return { kernel, capability, why: choice.why }
  }

  /** Same id, same capability, new process; runs that were open in the old one are over. */
  async restart(id: KernelId): Promise<KernelInfo> {
    const kernel = await (await this.supervisor()).restart(id)
    const capability = capabilityOfKernel(this.#parts.store, id)
    if (capability !== null) {
      this.#parts.processEnded(capability)
      bindCapability(this.#parts.store, capability.id, kernel.process)
    }
    return kernel
  }

  /** Asks the kernel to end, then insists. */
  async stop(id: KernelId): Promise<void> {
    await (await this.supervisor()).stop(id)
    const capability = capabilityOfKernel(this.#parts.store, id)
    if (capability !== null) this.#parts.processEnded(capability)
  }

  /** What a process needs in its environment to be tracked under this capability. */
  environment(capability: Capability): Record<string, string> {
    const env = moduleEnvironment(capability, {
      url: this.#parts.url(),
      paths: this.#parts.paths,
      pythonFolder: pythonFolder(),
      inherited: process.env,
    })
    return runSettingsOrDefault(this.#parts.paths.root).baselines ? env : { ...env, DAYBOOK_BASELINES: '0' }
  }

  /** @throws Problem `kernel_not_found` */
  async get(id: string): Promise<KernelInfo> {
    const kernel = (await this.list()).find((one) => one.id === id)
    if (kernel !== undefined) return kernel
    throw new Problem('kernel_not_found', `No kernel with the id ${id} runs here`, {
      hint: '"daybook kernels" lists those that do.',
    })
  }
}

/** Where our Python lies: beside the sources, or beside the bundle. */
export function pythonFolder(): string {
  const here = fileURLToPath(import.meta.url)
  return here.endsWith('.ts') ? join(dirname(here), '..', 'python') : join(dirname(here), 'python')
}

function pythonOf({ language, argv: [program = ''] }: DiscoveredKernel['launch']): { python?: string } {
  const isPython = language === 'python' && /^python[\d.]*(\.exe)?$/i.test(basename(program))
  return isPython && isAbsolute(program) ? { python: program } : {}
}

function toFound(kernel: DiscoveredKernel): FoundKernel {
  return {
    name: kernel.launch.name,
    displayName: kernel.launch.displayName,
    language: kernel.launch.language,
    source: kernel.source,
    path: kernel.path,
    ...pythonOf(kernel.launch),
    usable: kernel.usable,
    problem: kernel.problem ?? null,
    remedy: kernel.remedy ?? null,
  }
}
