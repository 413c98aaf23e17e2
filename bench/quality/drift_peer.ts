import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { cacheFolder } from '../../scripts/paths.mjs'
import { cachedEnvironment } from '../../scripts/python.mjs'
import type { DriftlessKind } from '../../test/monitor/false_alarm.ts'

/** A kind of data, rows of both sides, and by how many standard deviations the current one is moved. */
export type DriftCell = readonly [kind: DriftlessKind, before: number, now: number, shift: number]

/** A tool that judges drift, with how many columns it is asked for a cell. */
export interface DriftPeer {
  name: 'evidently' | 'nannyml'
  version: string
  environment: string
  packages: readonly string[]
  columns: number
}

/**
 * The share of columns that a peer calls drifted, by cell. Each is kept in `.cache/quality` as soon as it is there:
 * it takes the peers an hour, and a run that was ended goes on where it was.
 * @throws Error with the peer's last words
 */
export async function peerShares(
  peer: DriftPeer,
  cells: readonly DriftCell[],
  tell: (line: string) => void,
): Promise<number[]> {
  const keptIn = join(cacheFolder, 'quality', `drift-${peer.name}-${peer.version}.jsonl`)
  const kept = readKept(keptIn)
  const keyOf = (cell: DriftCell): string => [...cell, peer.columns].join('|')
  const missing = cells.flatMap((cell, at) => (kept.has(keyOf(cell)) ? [] : [{ cell, at }]))
  if (missing.length > 0) {
    const python = await cachedEnvironment(peer.environment, [...peer.packages])
    mkdirSync(dirname(keptIn), { recursive: true })
    let left = missing.length
    await ask(python, peer, missing, (cell, share) => {
      kept.set(keyOf(cell), share)
      appendFileSync(keptIn, `${JSON.stringify({ key: keyOf(cell), share })}\n`)
      tell(`${peer.name}, ${--left} cells left`)
    })
  }
  return cells.map((cell) => kept.get(keyOf(cell)) ?? NaN)
}

async function ask(
  python: string,
  peer: DriftPeer,
  missing: readonly { cell: DriftCell; at: number }[],
  onShare: (cell: DriftCell, share: number) => void,
): Promise<void> {
  const script = join(import.meta.dirname, 'drift_peer.py')
  const child = spawn(python, [script, peer.name, String(peer.columns)], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text) => (said = (said + String(text)).slice(-2_000)))
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  // The number of the cell seeds its data: whatever else is left to do, it is judged on the same.
  child.stdin.end(JSON.stringify(missing.map(({ cell, at }) => [at, ...cell])))
  const waiting = missing.map(({ cell }) => cell)
  for await (const line of createInterface({ input: child.stdout })) {
    const cell = waiting.shift()
    if (cell !== undefined) onShare(cell, Number(line))
  }
  if ((await ended) !== 0 || waiting.length > 0) throw new Error(`${peer.name} ended: ${said}`)
}

function readKept(path: string): Map<string, number> {
  if (!existsSync(path)) return new Map()
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return new Map(
    lines.map((line) => {
      const { key, share } = JSON.parse(line) as { key: string; share: number }
      return [key, share]
    }),
  )
}
