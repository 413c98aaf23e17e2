import type { KernelMessage, MessageHeader } from '../../shared/kernel/message.ts'

/** A message of a kernel as tests write it down. */
export function message(
  type: string,
  content: Record<string, unknown>,
  parent: { id?: string; type?: string } = {},
): KernelMessage {
  return {
    header: header(type, 'from-kernel'),
    parent_header: header(parent.type ?? 'execute_request', parent.id ?? 'cell-1'),
    metadata: {},
    content,
    buffers: [],
  }
}

function header(type: string, id: string): MessageHeader {
  return {
    msg_id: id,
    session: 's',
    username: 'u',
    date: '2024-01-01T00:00:00Z',
    msg_type: type,
    version: '5.3',
  }
}

/** What a kernel prints. */
export function stream(text: string, name = 'stdout', id = 'cell-1'): KernelMessage {
  return message('stream', { name, text }, { id })
}

/** What a kernel shows, with a display_id if one is given. */
export function display(text: string, displayId?: string, id = 'cell-1'): KernelMessage {
  return message('display_data', displayContent(text, displayId), { id })
}

/** What a kernel shows in place of an earlier display. */
export function update(text: string, displayId: string, id = 'cell-1'): KernelMessage {
  return message('update_display_data', displayContent(text, displayId), { id })
}

function displayContent(text: string, displayId: string | undefined): Record<string, unknown> {
  const transient = displayId === undefined ? {} : { display_id: displayId }
  return { data: { 'text/plain': text }, metadata: {}, transient }
}
