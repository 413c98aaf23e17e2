import type { KernelMessage } from '../message.ts'
import type { KernelProcess } from './kernel_process.ts'
import type { Line } from './line.ts'

/** What a kernel says of itself in its kernel_info_reply, as far as it matters here. */
export interface KernelFeatures {
  /** Implementation, its version and the protocol's. */
  implementation: string
  subshells: boolean
}

/** What was waited for, and why it did not come. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError'
}

/** How often a kernel is asked before it has answered, and after that until it is heard on iopub. */
const askEveryMs = 500
const askAgainMs = 50

/**
 * Asks until the kernel answers on shell and is heard on iopub, whose subscription takes a moment longer: only
 * then no output of the first cell can be missed. A welcome on iopub is not waited for, as only the first
 * subscriber gets one.
 * @throws NotReadyError if the process ends or the time is over
 */
export async function untilReady(
  line: Line,
  process: KernelProcess,
  timeoutMs: number,
): Promise<KernelFeatures> {
  const began = performance.now()
  const answers: KernelMessage[] = []
  const nudge = (): void => {
    for (const channel of ['shell', 'control'] as const) {
      line.ask(channel, 'kernel_info_request', { timeoutMs }).then(
        (reply) => channel === 'shell' && answers.push(reply),
        () => undefined,
      )
    }
  }
  for (let lastNudge = -Infinity; ;) {
    if (process.ended) throw new NotReadyError((await process.exited).how)
    const [answer] = answers
    if (answer !== undefined && line.heard) return readFeatures(answer)
    const now = performance.now()
    if (now - began > timeoutMs) throw new NotReadyError(`did not answer within ${timeoutMs / 1000} s`)
    if (now - lastNudge > (answer === undefined ? askEveryMs : askAgainMs)) {
      nudge()
      lastNudge = now
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** What a kernel_info_reply says. A feature counts only if it is named: the protocol's version tells nothing. */
export function readFeatures({ content }: KernelMessage): KernelFeatures {
  const word = (name: string): string => (typeof content[name] === 'string' ? content[name] : '')
  const named = content['supported_features']
  return {
    implementation:
      `${word('implementation')} ${word('implementation_version')}, protocol ${word('protocol_version')}`.trim(),
    subshells: Array.isArray(named) && named.includes('kernel subshells'),
  }
}
