import type { StudyPoints } from '../api/study_page_methods.ts'
import { formatDuration } from '../base/quantity.ts'
import { escaped, trialText } from './study_axis.ts'
import type { Picture } from './study_look.ts'

/** A trial on the timeline. */
export interface Bar {
  /** Its place among the points. */
  at: number
  lane: number
  fromMs: number
  toMs: number
}

/** The timeline of a study: what each place of the machine did when. */
export interface Timeline {
  lanes: string[]
  bars: Bar[]
  /** How much of the time, from the first trial to the last, the places were in use; 0 to 1. */
  use: number
}

/**
 * Puts trials on lanes: a lane is a place that runs one trial at a time, of a GPU or a machine elsewhere where they ran on one. A trial
 * takes the first lane that is free when it begins.
 */
export function timelineOf(points: StudyPoints, nowMs: number): Timeline {
  const order = points.number
    .map((_number, at) => at)
    .filter((at) => points.startedAtMs[at] != null)
    .sort((a, b) => (points.startedAtMs[a] ?? 0) - (points.startedAtMs[b] ?? 0))
  const lanes: { gpu: string | null; freeMs: number }[] = []
  const bars = order.map((at): Bar => {
    const fromMs = points.startedAtMs[at] ?? 0
    const toMs = Math.max(fromMs, points.endedAtMs[at] ?? nowMs)
    const gpu = points.gpu[at] ?? null
    let lane = lanes.findIndex((one) => one.gpu === gpu && one.freeMs <= fromMs)
    if (lane < 0) lane = lanes.push({ gpu, freeMs: 0 }) - 1
    ;(lanes[lane] as { freeMs: number }).freeMs = toMs
    return { at, lane, fromMs, toMs }
  })
  const first = Math.min(...bars.map(({ fromMs }) => fromMs))
  const last = Math.max(...bars.map(({ toMs }) => toMs))
  const busyMs = bars.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  const whole = (last - first) * lanes.length
  return { lanes: laneNames(lanes.map(({ gpu }) => gpu)), bars, use: whole > 0 ? busyMs / whole : 0 }
}

/** Lanes by their place, counted where it has several. Places whose short names are the same keep their long ones. */
function laneNames(places: readonly (string | null)[]): string[] {
  const shorts = new Map(places.flatMap((place) => (place === null ? [] : [[place, placeName(place)]])))
  const short = [...shorts.values()]
  return places.map((place, lane) => {
    if (place === null) return `place ${lane + 1}`
    const name = shorts.get(place) ?? place
    const shown = short.indexOf(name) === short.lastIndexOf(name) ? name : cut(place, 40)
    const several = places.indexOf(place) !== places.lastIndexOf(place)
    const before = places.slice(0, lane).filter((one) => one === place).length
    return several ? `${shown} · ${before + 1}` : shown
  })
}

/** A GPU by the beginning of its number, a machine elsewhere by the first part of its name, and its port. */
function placeName(place: string): string {
  if (/^(GPU|MIG)-/.test(place)) return place.slice(0, 12)
  const [machine = place] = place.split(' · ')
  return cut(/^[\d.:]+$/.test(machine) ? machine : machine.replace(/^([^.:]+)\.[^:]*/, '$1'), 24)
}

function cut(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`
}

/** Trials as bars on their lanes, coloured by how they ended. */
export function timelinePicture(points: StudyPoints, { lanes, bars }: Timeline): Picture {
  const firstMs = Math.min(...bars.map(({ fromMs }) => fromMs))
  return (look) => {
    const colors: Record<string, string> = {
      complete: look.series(0),
      running: look.series(5),
      pruned: look.warn,
      failed: look.bad,
      cancelled: look.muted,
      queued: look.muted,
    }
    return {
      grid: { left: 8, right: 16, top: 6, bottom: 24, containLabel: true },
      xAxis: {
        ...look.axis,
        type: 'value',
        min: 0,
        axisLabel: {
          color: look.muted,
          fontSize: 10,
          hideOverlap: true,
          formatter: (ms: number) => shortTime(ms),
        },
      },
      yAxis: { ...look.axis, type: 'category', inverse: true, data: lanes, splitLine: { show: false } },
      dataZoom: [{ type: 'inside', filterMode: 'weakFilter' }],
      tooltip: {
        ...look.tooltip,
        formatter: ({ value }: { value: number[] }) => {
          const at = value[4] ?? -1
          const place = points.gpu[at] ?? ''
          const took = formatDuration((value[3] ?? 0) - (value[1] ?? 0))
          return [trialText(points, at), ...(place === '' ? [] : [escaped(place)]), escaped(took)].join(
            '<br>',
          )
        },
      },
      series: [
        {
          type: 'custom',
          clip: true,
          encode: { x: [1, 3], y: 0 },
          progressive: 1000,
          itemStyle: {},
          renderItem: (_params: unknown, api: Drawing) => {
            const [left = 0, middle = 0] = api.coord([api.value(1), api.value(0)])
            const [right = 0] = api.coord([api.value(3), api.value(0)])
            const height = Math.min(22, (api.size([0, 1])[1] ?? 20) * 0.7)
            const shape = {
              x: left,
              y: middle - height / 2,
              width: Math.max(1, right - left - 1),
              height,
              r: 2,
            }
            const state = points.state[api.value(4)] ?? 'queued'
            return { type: 'rect', shape, style: { fill: colors[state] } }
          },
          data: bars.map(({ at, lane, fromMs, toMs }) => [
            lane,
            fromMs - firstMs,
            points.number[at] ?? 0,
            toMs - firstMs,
            at,
          ]),
        },
      ],
    }
  }
}

interface Drawing {
  value(dimension: number): number
  coord(place: readonly number[]): number[]
  size(extent: readonly number[]): number[]
}

function shortTime(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 120) return `${Math.round(seconds * 10) / 10} s`
  return seconds < 7200 ? `${Math.round(seconds / 6) / 10} min` : `${Math.round(seconds / 360) / 10} h`
}
