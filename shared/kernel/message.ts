/** Header of a message of the Jupyter protocol. */
export interface MessageHeader {
  msg_id: string
  session: string
  username: string
  /** ISO 8601. */
  date: string
  msg_type: string
  version: string
  /** Which subshell a shell message is for (JEP 91). */
  subshell_id?: string
}

/**
 * A message of the Jupyter protocol, as data.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */
export interface KernelMessage {
  header: MessageHeader
  /** Empty object for a message without a parent. */
  parent_header: Partial<MessageHeader>
  metadata: Record<string, unknown>
  content: Record<string, unknown>
  buffers: readonly Uint8Array[]
}
