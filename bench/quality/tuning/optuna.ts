import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Point, Space } from '../../../shared/tuning/space.ts'
import type { Trial } from '../../../shared/tuning/trial.ts'
import { regret, type HpoProblem } from './problem.ts'
import type { Search } from './simulate.ts'

/** One of the peer's samplers. */
export type PeerSampler = 'tpe' | 'gp'

/** Optuna in a process of its own. Its curves are kept in a file, so that a second run does not make them again. */
export interface Peer {
  curve(sampler: PeerSampler, problem: HpoProblem, search: Search): Promise<number[]>
  /** How long one more proposal takes after these trials, in milliseconds, median of 15. */
  askTimeMs(space: Space, history: readonly Trial[]): Promise<number>
  close(): void
}

/**
 * Starts the peer when its first curve is asked for that the file does not hold.
 * @param python of an environment with Optuna
 * @param keptIn lines of JSON
 */
export function startPeer(python: string, keptIn: string): Peer {
  const kept = readKept(keptIn)
  let process: PeerProcess | null = null
  return {
    async curve(sampler, problem, search) {
      const { trials, workers, seed } = search
      const key = [sampler, problem.family, problem.name, workers, seed].join('|')
      const known = kept.get(key)
      if (known !== undefined && known.length >= trials) return known.slice(0, trials)
      process ??= startProcess(python)
      const losses = await process.search(sampler, problem, search)
      let best = Infinity
      const curve = losses.map((loss) => regret(problem, (best = Math.min(best, loss))))
      kept.set(key, curve)
      mkdirSync(dirname(keptIn), { recursive: true })
      appendFileSync(
        keptIn,
        `${JSON.stringify({ key, curve: curve.map((value) => Number(value.toPrecision(6))) })}\n`,
      )
      return curve
    },
    async askTimeMs(space, history) {
      process ??= startProcess(python)
      return await process.askTimeMs(space, history)
    },
    close: () => process?.close(),
  }
}

interface PeerProcess {
  askTimeMs: Peer['askTimeMs']
  search(sampler: PeerSampler, problem: HpoProblem, search: Search): Promise<number[]>
  close(): void
}

function startProcess(python: string): PeerProcess {
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }
  const child = spawn(python, [new URL('optuna_peer.py', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async search(sampler, { space, loss }, { trials, workers, seed }) {
      child.stdin.write(`${JSON.stringify({ space: space.parameters, sampler, seed, trials, workers })}\n`)
      const losses: number[] = []
      const running: Point[] = []
      while (losses.length < trials) {
        const { value, done } = await lines.next()
        if (done === true) throw new Error('The peer ended in the middle of a study')
        const said = JSON.parse(value) as 'tell' | { point: Point }
        if (said !== 'tell') running.push(said.point)
        else {
          const ended = loss(running.shift()!)
          losses.push(ended)
          child.stdin.write(`${ended}\n`)
        }
      }
      return losses
    },
    async askTimeMs(space, history) {
      const trials = history.map(({ point, values }) => ({ point, value: values[0] }))
      child.stdin.write(`${JSON.stringify({ space: space.parameters, timed: trials })}\n`)
      const { value, done } = await lines.next()
      if (done === true) throw new Error('The peer ended while it was timed')
      return JSON.parse(value) as number
    },
    close: () => void child.kill(),
  }
}

function readKept(path: string): Map<string, number[]> {
  if (!existsSync(path)) return new Map()
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  return new Map(
    lines.map((line) => {
      const { key, curve } = JSON.parse(line) as { key: string; curve: number[] }
      return [key, curve]
    }),
  )
}
