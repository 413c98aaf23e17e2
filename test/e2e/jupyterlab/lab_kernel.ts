import { randomUUID } from 'node:crypto'
import type { Lab } from './lab.ts'

/** A notebook's kernel on a server, driven through the server's own API as a page does. */
export interface LabKernel {
  session: string
  id: string
  /** Executes a cell. @returns the id of the request, and what it printed once it has ended */
  run(cell: string, code: string): { id: string; text: Promise<string> }
  close(): void
}

interface Told {
  header: { msg_type: string }
  parent_header: { msg_id?: string }
  content: { text?: string; execution_state?: string; traceback?: string[]; data?: Record<string, unknown> }
}

/** Opens a session as a page does when a notebook is opened. */
export async function startLabKernel(lab: Lab, path: string, name = 'python3'): Promise<LabKernel> {
  const wanted = { path, name: path.split('/').at(-1), type: 'notebook', kernel: { name } }
  const made = (await lab.api('sessions', { method: 'POST', body: JSON.stringify(wanted) })) as {
    id: string
    kernel: { id: string }
  }
  const { id } = made.kernel
  const socket = new WebSocket(
    `${lab.url.replace('http', 'ws')}api/kernels/${id}/channels?token=${lab.token}`,
  )
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(new Error('The kernel’s line did not open'))
  })
  const heard = new Map<string, (message: Told) => void>()
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as Told
    heard.get(message.parent_header.msg_id ?? '')?.(message)
  }
  const run = (cell: string, code: string): { id: string; text: Promise<string> } => {
    const request = randomUUID()
    const { promise, resolve } = Promise.withResolvers<string>()
    let text = ''
    heard.set(request, ({ header, content }) => {
      text += content.text ?? content.traceback?.join('\n') ?? ''
      if (header.msg_type === 'status' && content.execution_state === 'idle') resolve(text)
    })
    const header = { msg_id: request, msg_type: 'execute_request', session: id, username: '', version: '5.3' }
    socket.send(
      JSON.stringify({
        ...{ channel: 'shell', header, parent_header: {}, metadata: { cellId: cell }, buffers: [] },
        content: { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false },
      }),
    )
    return { id: request, text: promise }
  }
  return { session: made.id, id, run, close: () => socket.close() }
}
