import { parseLooseJson } from '../base/json.ts'
import { encodeText } from './frame.ts'
import type { KernelMessage, MessageHeader } from './message.ts'

/** Version of the Jupyter protocol that our headers name. */
export const protocolVersion = '5.4'

/** What a new message holds beside its type and content. */
export interface ComposeOptions {
  /** Session of the sender: the same in all of its messages. */
  session: string
  parent?: MessageHeader
  metadata?: Record<string, unknown>
  buffers?: readonly Uint8Array[]
  subshell?: string
  /** Default: a random one. */
  msgId?: string
}

/** A new message with a header of its own. */
export function composeMessage(
  type: string,
  content: Record<string, unknown>,
  options: ComposeOptions,
): KernelMessage {
  const header: MessageHeader = {
    msg_id: options.msgId ?? globalThis.crypto.randomUUID(),
    session: options.session,
    username: 'daybook',
    date: new Date().toISOString(),
    msg_type: type,
    version: protocolVersion,
  }
  if (options.subshell !== undefined) header.subshell_id = options.subshell
  return {
    header,
    parent_header: options.parent ?? {},
    metadata: options.metadata ?? {},
    content,
    buffers: options.buffers ?? [],
  }
}

/** Header, parent header, metadata and content as JSON, then the buffers. */
export function messageParts(message: KernelMessage): Uint8Array[] {
  return [
    encodeText(JSON.stringify(message.header)),
    encodeText(JSON.stringify(message.parent_header)),
    encodeText(JSON.stringify(message.metadata)),
    encodeText(JSON.stringify(message.content)),
    ...message.buffers,
  ]
}

/**
 * Reads a message from its parts. Some kernels leave out fields or whole parts, or write NaN into JSON: what is
 * missing is filled with the empty value of its kind, and so is content or metadata that is no JSON at all: a kernel's
 * fault must not end those who listen to it.
 * @throws SyntaxError if the header or the parent header is not JSON
 */
export function parseMessage(parts: readonly Uint8Array[]): KernelMessage {
  return {
    header: parseHeader(parts[0]),
    parent_header: parseParent(parts[1]),
    metadata: parseOrEmpty(parts[2]),
    content: parseOrEmpty(parts[3]),
    buffers: parts.slice(4),
  }
}

/**
 * Reads a header; every field is there afterwards.
 * @throws SyntaxError if it is not JSON
 */
export function parseHeader(part: Uint8Array | undefined): MessageHeader {
  return fillHeader(parseObject(part))
}

/**
 * Reads a parent header: an empty object if there is no parent.
 * @throws SyntaxError if it is not JSON
 */
export function parseParent(part: Uint8Array | undefined): Partial<MessageHeader> {
  const fields = parseObject(part)
  return typeof fields['msg_id'] === 'string' && fields['msg_id'] !== '' ? fillHeader(fields) : {}
}

/** msg_id of the message that this one answers; the empty text if there is none. */
export function parentId(message: KernelMessage): string {
  return message.parent_header.msg_id ?? ''
}

const decoder = new TextDecoder()

function parseObject(part: Uint8Array | undefined): Record<string, unknown> {
  if (part === undefined || part.length === 0) return {}
  const value = parseLooseJson(decoder.decode(part))
  // Python kernels of old send null for an empty dictionary.
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

function parseOrEmpty(part: Uint8Array | undefined): Record<string, unknown> {
  try {
    return parseObject(part)
  } catch {
    return {}
  }
}

function fillHeader(fields: Record<string, unknown>): MessageHeader {
  const field = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '')
  const header: MessageHeader = {
    ...fields,
    msg_id: field('msg_id'),
    session: field('session'),
    username: field('username'),
    date: field('date'),
    msg_type: field('msg_type'),
    version: field('version'),
  }
  return header
}
