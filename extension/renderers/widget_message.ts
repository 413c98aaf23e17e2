import type { CommNews } from '../../shared/api/comm_methods.ts'

/** From the renderer of widgets to the extension. */
export type FromWidgets =
  /** Tell all widgets of the notebook, and what comes. */
  { kind: 'begin' } | { kind: 'send'; message: WidgetMessage }

/** What a view says to the kernel. */
export interface WidgetMessage {
  message: string
  type: 'comm_open' | 'comm_msg' | 'comm_close'
  comm: string
  data: Record<string, unknown>
  metadata: Record<string, unknown>
  /** base64 */
  buffers: string[]
}

/** From the extension to the renderer of widgets. */
export type ToWidgets =
  | { kind: 'news'; news: CommNews }
  /** The notebook does not run on one of our kernels. */
  | { kind: 'none' }
