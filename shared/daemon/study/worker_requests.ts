import { createWriteStream, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Problem } from '../../base/problem.ts'
import type { Capability } from '../capability.ts'
import type { Studies } from './studies.ts'

/** The largest file that a worker may send, in bytes. */
const fileLimitBytes = 4_000_000_000

/** What answering a worker needs. */
export interface WorkerRequestParts {
  studies: Studies
  /** The folder for files on their way into a run. */
  spool: string
}

/**
 * Answers a worker on another machine: its greeting, and the files that the daemon would find on its own disk if the
 * worker were here. `rest` is what follows `/daybook/worker/`.
 * @throws Problem for what no worker asks
 */
export async function answerWorker(
  { studies, spool }: WorkerRequestParts,
  request: IncomingMessage,
  { rest, capability }: { rest: string; capability: Capability },
): Promise<unknown> {
  if (rest === 'hello' && request.method === 'POST') {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) if (chunks.push(chunk) > 100) break
    return studies.greet(Buffer.concat(chunks).toString('utf8'), capability)
  }
  const [, kind, name = ''] = /^(shown|file)\/([\w.%-]+)$/.exec(rest) ?? []
  if (kind === undefined || request.method !== 'PUT') {
    throw new Problem('not_found', `Workers have nothing to ask at "${rest}"`)
  }
  const shown = studies.shownFile(kind === 'shown' ? name : 'shared', capability)
  if (shown === null) throw new Problem('conflict', 'This worker has no study any more')
  await keep(request, kind === 'shown' ? shown : join(spool, spoolName(name)))
  return {}
}

/** A name within the folder that is no hidden file and no spool of events. */
function spoolName(name: string): string {
  const plain = basename(decodeURIComponent(name))
  if (plain.startsWith('.') || plain.endsWith('.jsonl')) {
    throw new Problem('bad_request', `A worker may not send a file called "${plain}"`)
  }
  return plain
}

async function keep(request: IncomingMessage, path: string): Promise<void> {
  let bytes = 0
  const limited = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > fileLimitBytes) throw new Problem('data_limit', `A file may have ${fileLimitBytes} bytes`)
      yield chunk
    }
  }
  try {
    await pipeline(limited, createWriteStream(path, { mode: 0o600 }))
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
}
