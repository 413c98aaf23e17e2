import * as base from '@jupyter-widgets/base'
import * as controls from '@jupyter-widgets/controls'
import { HTMLManager } from '@jupyter-widgets/html-manager/lib/htmlmanager.js'
import type { CommNews } from '../../shared/api/comm_methods.ts'
import { fromBase64 } from './widget_bytes.ts'
import { WidgetComm } from './widget_comm.ts'
import type { WidgetMessage } from './widget_message.ts'

type Opened = Extract<CommNews, { kind: 'opened' }>

/** What brings ipywidgets 8 itself; other packages have JavaScript of their own. */
const modules: Readonly<Record<string, unknown>> = {
  '@jupyter-widgets/base': base,
  '@jupyter-widgets/controls': controls,
}

const outputModule = '@jupyter-widgets/output'

/** The widgets of one kernel as the page knows them. */
export class WidgetManager extends HTMLManager {
  readonly #post: (message: WidgetMessage) => void
  readonly #comms = new Map<string, WidgetComm>()
  readonly #callbacks = new Map<string, base.ICallbacks>()
  /** The module of each widget. */
  readonly #modules = new Map<string, string>()

  constructor(post: (message: WidgetMessage) => void) {
    super()
    this.#post = post
  }

  /** Ids of the widgets that there are. */
  get widgets(): ReadonlySet<string> {
    return new Set(this.#comms.keys())
  }

  /** Why a widget cannot be shown; null if it can, or is not known. */
  whyNot(id: string): string | null {
    const module = this.#modules.get(id)
    if (module === undefined || module === outputModule || module in modules) return null
    return `This widget comes from "${module}", whose JavaScript Daybook does not load yet; this is its text form:`
  }

  /** Heeds what is told of the widgets. */
  take(news: CommNews): void {
    switch (news.kind) {
      case 'opened':
        return this.#open(news)
      case 'message':
        this.#comms.get(news.comm)?.take({ ...news.data }, news.buffers.map(fromBase64), news.parent)
        return
      case 'closed':
        this.#comms.get(news.comm)?.end()
        this.#comms.delete(news.comm)
        return
      case 'handled': {
        const status = this.#callbacks.get(news.message)?.iopub?.['status']
        this.#callbacks.delete(news.message)
        status?.({ content: { execution_state: 'idle' } } as unknown as Parameters<typeof status>[0])
        return
      }
      case 'outputs':
        void this.#setOutputs(news.comm, news.outputs)
        return
      case 'begin':
      case 'ready':
    }
  }

  /** Sets a widget that is there to the state that it has in the kernel. */
  renew({ comm, state, bytes }: Opened): void {
    const data = { method: 'update', state: { ...state }, buffer_paths: bytes.map(({ path }) => path) }
    const buffers = bytes.map(({ base64 }) => fromBase64(base64))
    this.#comms.get(comm)?.take(data, buffers, null)
  }

  protected override loadClass(
    className: string,
    moduleName: string,
    moduleVersion: string,
  ): ReturnType<HTMLManager['loadClass']> {
    if (moduleName === outputModule) return super.loadClass(className, moduleName, moduleVersion)
    const module = modules[moduleName] as Record<string, unknown> | undefined
    if (module === undefined)
      return Promise.reject(
        new Error(`"${moduleName}" has JavaScript of its own, which Daybook does not load`),
      )
    if (/^\D*1\./.test(moduleVersion))
      return Promise.reject(new Error('Daybook shows the widgets of ipywidgets 8; these are of version 7'))
    const found = module[className]
    return found === undefined
      ? Promise.reject(new Error(`"${moduleName}" has no widget "${className}"`))
      : Promise.resolve(found as never)
  }

  override _create_comm(_target: string, id: string, data?: unknown, metadata?: object): Promise<WidgetComm> {
    const comm = this.#makeComm(id)
    comm.open(data, undefined, metadata)
    return Promise.resolve(comm)
  }

  #open({ comm: id, state, bytes }: Opened): void {
    if (this.#comms.has(id)) return
    this.#modules.set(id, String(state['_model_module']))
    const data = { state: { ...state }, buffer_paths: bytes.map(({ path }) => path) }
    const message = {
      content: { comm_id: id, target_name: 'jupyter.widget', data },
      metadata: { version: base.PROTOCOL_VERSION },
      buffers: bytes.map(({ base64 }) => fromBase64(base64)),
    }
    this.handle_comm_open(
      this.#makeComm(id),
      message as unknown as Parameters<HTMLManager['handle_comm_open']>[1],
    ).catch(reportError)
  }

  #makeComm(id: string): WidgetComm {
    const comm = new WidgetComm(id, (message, callbacks) => {
      if (callbacks !== undefined) this.#callbacks.set(message.message, callbacks)
      this.#post(message)
    })
    this.#comms.set(id, comm)
    return comm
  }

  async #setOutputs(id: string, outputs: unknown): Promise<void> {
    if (!this.has_model(id)) return
    const model = await this.get_model(id)
    model.set_state({ outputs })
  }
}
