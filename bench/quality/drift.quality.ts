import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { answerOf, weighEvidence } from '../../shared/monitor/drift_calibrated.ts'
import { normalTwoSided } from '../../shared/stats/normal.ts'
import {
  cellRandom,
  drawPair,
  driftlessKinds,
  sampleSizes,
  type DriftlessKind,
} from '../../test/monitor/false_alarm.ts'
import type { QualityTable } from './quality.ts'

/** A kind of data, rows of both sides, and by how many standard deviations the current one is moved. */
type Cell = readonly [kind: DriftlessKind, before: number, now: number, shift: number]

const repetitions = { daybook: 1_000, evidently: 40, nannyml: 20 }
const shift = 0.2
const peers = {
  evidently: ['evidently-0.7', ['evidently==0.7.21', 'pandas==2.3.*']],
  nannyml: ['nannyml-0.13', ['nannyml==0.13.1']],
} as const

/** How often columns are called drifted, by Daybook and by peers with their defaults: where nothing drifts, and where something does. */
export async function measure(tell: (line: string) => void): Promise<readonly QualityTable[]> {
  const still = driftlessKinds.flatMap((kind) =>
    sampleSizes.map(([before, now]): Cell => [kind, before, now, 0]),
  )
  const moved = sampleSizes.map(([before, now]): Cell => ['normal', before, now, shift])
  const cells = [...still, ...moved]
  const ours = cells.map(shareOfDrift)
  tell('Daybook')
  const theirs: number[][] = []
  for (const peer of ['evidently', 'nannyml'] as const) {
    theirs.push(await askPeer(peer, cells))
    tell(peer)
  }
  const shown = cells.map((_, i) =>
    [ours, ...theirs].map((shares) => (shares[i] ?? NaN).toFixed(2).replace(/^0/, '')).join(' / '),
  )
  const sizes = sampleSizes.map((size) => size.join('/'))
  const perRow = sampleSizes.length
  const worst = Math.max(...ours.slice(0, still.length))
  return [
    {
      title: 'Columns called drift where nothing has drifted: Daybook / Evidently 0.7.21 / NannyML 0.13.1',
      columns: ['data', ...sizes],
      rows: driftlessKinds.map((kind, i) => [kind, ...shown.slice(i * perRow, (i + 1) * perRow)]),
      note: `Most of ours: ${worst.toFixed(3)}. Rows of reference and current. ${note()}`,
    },
    {
      title: `A normal column moved by ${shift} standard deviations: found by Daybook / Evidently / NannyML, and by a z-test at 4 %`,
      columns: ['data', ...sizes],
      rows: [
        ['normal', ...shown.slice(still.length)],
        ['z-test', ...sampleSizes.map(([before, now]) => powerOfZ(before, now).toFixed(2).replace(/^0/, ''))],
      ],
      note: 'The z-test knows all but the shift: no test finds more at its rate of false alarms.',
    },
  ]
}

function note(): string {
  return (
    `${repetitions.daybook}, ${repetitions.evidently} and ${repetitions.nannyml} repetitions, each a column; all with their defaults. ` +
    `NannyML judges chunks: shown is the share of chunks that alert, a chunk being a tenth of the smaller side.`
  )
}

function shareOfDrift([kind, before, now, by]: Cell): number {
  const random = cellRandom(kind, [before, now])
  let drifted = 0
  for (let i = 0; i < repetitions.daybook; i++) {
    const evidence = weighEvidence(drawPair(kind, [before, now], random, by))
    if (evidence !== null && answerOf(evidence) === 'drift') drifted++
  }
  return drifted / repetitions.daybook
}

/** Power of the two-sided z-test of two means at 4 %, the other tail left out. */
function powerOfZ(before: number, now: number): number {
  const short = 2.0537489 - shift / Math.sqrt(1 / before + 1 / now)
  const tail = normalTwoSided(Math.abs(short)) / 2
  return short < 0 ? 1 - tail : tail
}

async function askPeer(peer: keyof typeof peers, cells: readonly Cell[]): Promise<number[]> {
  const [name, packages] = peers[peer]
  const python = await cachedEnvironment(name, [...packages])
  const script = join(import.meta.dirname, 'drift_peer.py')
  return new Promise((resolve, reject) => {
    const args = [script, peer, String(repetitions[peer])]
    const child = execFile(python, args, { maxBuffer: 1e8 }, (error, stdout) => {
      if (error !== null) reject(new Error(error.message))
      else resolve(JSON.parse(stdout) as number[])
    })
    child.stdin?.end(JSON.stringify(cells))
  })
}
