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

  #connect(path: string): Promise<Wire> {
    const { wsUrl, token, appendToken } = this.#settings
    const query = new URLSearchParams({ path, ...(appendToken && token !== '' ? { token } : {}) })
    const socket = new WebSocket(`${wsUrl}daybook/events?${query.toString()}`)
    return wireOver(socket, 'Daybook through the Jupyter server')
  }
}
