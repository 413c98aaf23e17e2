import { answerOf, weighEvidence } from '../../shared/monitor/drift_calibrated.ts'
import { normalTwoSided } from '../../shared/stats/normal.ts'
import { cellRandom, drawPair, driftlessKinds, sampleSizes } from '../../test/monitor/false_alarm.ts'
import { peerShares, type DriftCell, type DriftPeer } from './drift_peer.ts'
import type { QualityTable } from './quality.ts'

/** A rate of 4.5 % is then known to half a percent, where a cell does not take long. */
const repetitions = (rows: number): number => (rows < 10_000 ? 8_000 : 2_000)
const shift = 0.2
const peers: readonly DriftPeer[] = [
  {
    ...{ name: 'evidently', version: '0.7.21', environment: 'evidently-0.7', columns: 40 },
    packages: ['evidently==0.7.21', 'pandas==2.3.*'],
  },
  {
    ...{ name: 'nannyml', version: '0.13.1', environment: 'nannyml-0.13', columns: 20 },
    packages: ['nannyml==0.13.1'],
  },
]

/** How often columns are called drifted, by Daybook and by peers with their defaults: where nothing drifts, and where something does. */
export async function measure(tell: (line: string) => void): Promise<readonly QualityTable[]> {
  const still = driftlessKinds.flatMap((kind) =>
    sampleSizes.map(([before, now]): DriftCell => [kind, before, now, 0]),
  )
  const moved = sampleSizes.map(([before, now]): DriftCell => ['normal', before, now, shift])
  const cells = [...still, ...moved]
  const ours = cells.map((cell) => {
    tell(`Daybook ${cell.join(' ')}`)
    return shareOfDrift(cell)
  })
  const theirs: number[][] = []
  for (const peer of peers) theirs.push(await peerShares(peer, cells, tell))
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
    `${repetitions(0)} (${repetitions(Infinity)} with 20,000 rows), ${peers.map(({ columns }) => columns).join(' and ')} repetitions, each a column; all with their defaults. ` +
    `NannyML judges chunks: shown is the share of chunks that alert, a chunk being a tenth of the smaller side.`
  )
}

function shareOfDrift([kind, before, now, by]: DriftCell): number {
  const random = cellRandom(kind, [before, now])
  const times = repetitions(before)
  let drifted = 0
  for (let i = 0; i < times; i++) {
    const evidence = weighEvidence(drawPair(kind, [before, now], random, by))
    if (evidence !== null && answerOf(evidence) === 'drift') drifted++
  }
  return drifted / times
}

/** Power of the two-sided z-test of two means at 4 %, the other tail left out. */
function powerOfZ(before: number, now: number): number {
  const short = 2.0537489 - shift / Math.sqrt(1 / before + 1 / now)
  const tail = normalTwoSided(Math.abs(short)) / 2
  return short < 0 ? 1 - tail : tail
}
