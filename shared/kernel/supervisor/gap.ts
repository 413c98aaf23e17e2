import type { Clock } from '../../base/clock.ts'
import type { KernelMessage } from '../message.ts'
import type { Line } from './line.ts'

/**
 * Marks that nobody has listened to a kernel since the last entry of its journal.
 * @returns the executions that were open then, in the order in which they were asked
 */
export function openGap(line: Line, clock: Clock): readonly string[] {
  const open = line.ledger.open()
  line.mark('daybook_gap', { open, from_ms: line.lastEntryMs, to_ms: clock.nowMs() })
  return open
}

/**
 * Finds out what was lost in the gap. The answer to a question on shell tells that everything asked before it has
 * ended: what has not told us its end by then ended while nobody listened, and will never tell.
 * @param isCurrent whether the process that was asked still is the kernel's
 * @returns the answer; null if none came
 */
export async function closeGap(
  line: Line,
  clock: Clock,
  isCurrent: () => boolean,
): Promise<KernelMessage | null> {
  const before = line.ledger.open()
  const answer = await line.ask('shell', 'kernel_info_request', { timeoutMs: null }).catch(() => null)
  if (answer === null || !isCurrent()) return null
  await line.settle()
  const lost = before.filter((id) => line.ledger.open().includes(id))
  if (lost.length === 0 || !isCurrent()) return answer
  line.dismiss(lost)
  line.mark('daybook_gap', { lost, open: line.ledger.open(), to_ms: clock.nowMs() })
  return answer
}
