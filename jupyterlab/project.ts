import { ServerConnection } from '@jupyterlab/services'
import { openLastingClient, type LastingClient } from '../shared/api/lasting_client.ts'
import { wireOver } from '../shared/api/websocket_wire.ts'
import type { Wire } from '../shared/api/wire.ts'
import { fromWireProblem } from '../shared/base/problem.ts'

/** A project that this server's notebooks lie in. */
export interface Project {
  /** Its folder on the server's machine. */
  root: string
  /** The folder as the file browser has it, `.` for the server's own; null where it lies above that. */
  inServer: string | null
  client: LastingClient
  /** Opens a line of its own, for a page. */
  connect(): Promise<Wire>
}

/** By a kernel's id: why what it writes while no page is open is not kept; null as it is. */
export type KernelStates = Readonly<Record<string, string | null>>

/** The path of a notebook or file, as the file browser has it, from its project's folder. */
export function pathInProject({ inServer }: Pick<Project, 'inServer'>, path: string): string {
  const plain = path.includes(':') ? path.slice(path.indexOf(':') + 1) : path
  return inServer === null || inServer === '.' ? plain : plain.slice(inServer.length + 1)
}

/** The projects of a server. Each has one daemon, and one line to it for the sidebar and the notebooks. */
export class Projects {
  readonly #settings: ServerConnection.ISettings
  readonly #byRoot = new Map<string, Project>()

  constructor(settings: ServerConnection.ISettings) {
    this.#settings = settings
  }

  /**
   * The project of a notebook or folder, as the file browser names it; its daemon runs when this resolves. The
   * server's own folder (an empty path) only counts where there are runs already: a look must not make it a project.
   * @throws Problem with the server's words
   */
  async of(path: string): Promise<Project> {
    const known = path === '' ? '&known=1' : ''
    const address = `${this.#settings.baseUrl}daybook/project?path=${encodeURIComponent(path)}${known}`
    const response = await ServerConnection.makeRequest(address, {}, this.#settings)
    const told = (await response.json()) as { root: string; inServer: string | null }
    if (!response.ok) throw fromWireProblem(told)
    const followed = this.#byRoot.get(told.root)
    if (followed !== undefined) return followed
    const connect = (): Promise<Wire> => this.#connect(path)
    const project = { ...told, connect, client: openLastingClient(connect) }
    this.#byRoot.set(told.root, project)
    return project
  }

  /**
   * Has the server look at its kernels now, so that one that has just started is followed from its first cell.
   * @returns by the kernel's id why what it writes while no page is open is not kept, or null as it is
   */
  kernels(): Promise<KernelStates> {
    return this.#askKernels({})
  }

  /** Tells the server the user's settings. */
  async tellWishes({ capture, survive }: { capture: boolean; survive: boolean }): Promise<void> {
    await this.#askKernels({ capture, survive })
  }

  async #askKernels(body: object): Promise<KernelStates> {
    const init = { method: 'POST', body: JSON.stringify(body) }
    const address = `${this.#settings.baseUrl}daybook/kernels`
    const response = await ServerConnection.makeRequest(address, init, this.#settings)
    if (!response.ok) throw new Error(`The Jupyter server answered with ${response.status}`)
    return ((await response.json()) as { followed: KernelStates }).followed
  }

  #connect(path: string): Promise<Wire> {
    const { wsUrl, token, appendToken } = this.#settings
    const query = new URLSearchParams({ path, ...(appendToken && token !== '' ? { token } : {}) })
    const socket = new WebSocket(`${wsUrl}daybook/events?${query.toString()}`)
    return wireOver(socket, 'Daybook through the Jupyter server')
  }
}
