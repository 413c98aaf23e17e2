import type { StudySummary } from '../api/study_methods.ts'
import type { StudyPoints, TrialCurve } from '../api/study_page_methods.ts'
import { formatNumber } from '../base/quantity.ts'
import { escaped, fewer, completePlaces, trialText, worthShowing } from './study_axis.ts'
import type { Picture } from './study_look.ts'

/** Marks that are drawn one by one; more are thinned out or drawn as a cloud. */
const manyMarks = 2000

/** Every value in the order of trials, and the best so far as a line. */
export function historyPicture(points: StudyPoints, summary: StudySummary): Picture {
  const mode = points.objectives[0]?.mode ?? 'min'
  const places = completePlaces(points)
  const value = (at: number): number => points.values[0]?.[at] ?? NaN
  const bests: [number, number][] = []
  let best = mode === 'min' ? Infinity : -Infinity
  for (const at of places) {
    if (mode === 'min' ? value(at) < best : value(at) > best) best = value(at)
    bests.push([points.number[at] ?? 0, best])
  }
  const total = points.number.length
  if (bests.length > 0) bests.push([total - 1, best])
  const range = worthShowing(points.values[0] ?? [], mode)
  const row = (at: number): [number, number, number] => [
    points.number[at] ?? 0,
    value(at),
    points.number[at] ?? 0,
  ]
  const marked = (number: number | null | undefined): [number, number, number][] => {
    const at = number == null ? -1 : points.number.indexOf(number)
    return at < 0 || points.values[0]?.[at] == null ? [] : [row(at)]
  }
  return (look) => ({
    grid: { left: 58, right: 16, top: 18, bottom: 28 },
    xAxis: {
      ...look.axis,
      type: 'value',
      min: 0,
      max: Math.max(1, total - 1),
      minInterval: 1,
      splitLine: { show: false },
    },
    yAxis: {
      ...look.axis,
      type: 'value',
      scale: true,
      ...(range.min === null ? {} : { min: range.min }),
      ...(range.max === null ? {} : { max: range.max }),
      axisLabel: { color: look.muted, fontSize: 10, formatter: formatNumber },
    },
    dataZoom: [{ type: 'inside', filterMode: 'none' }],
    tooltip: {
      ...look.tooltip,
      formatter: (told: { value: number[] }) => trialText(points, points.number.indexOf(told.value[2] ?? -1)),
    },
    series: [
      {
        type: 'scatter',
        symbolSize: places.length > manyMarks ? 4 : 7,
        large: places.length > manyMarks,
        itemStyle: { color: look.series(5), opacity: 0.75 },
        data: places.map(row),
      },
      {
        type: 'line',
        step: 'end',
        showSymbol: false,
        silent: true,
        lineStyle: { color: look.series(4), width: 2 },
        data: bests,
      },
      {
        type: 'scatter',
        symbol: 'diamond',
        symbolSize: 13,
        itemStyle: { color: look.muted },
        data: marked(summary.defaultTrial),
      },
      {
        type: 'scatter',
        symbolSize: 13,
        itemStyle: { color: look.series(4), borderColor: look.background, borderWidth: 2 },
        data: marked(summary.best?.number),
      },
    ],
  })
}

/** What matters how much: bars, the longest on top. */
export function importancePicture({ importance }: StudySummary): Picture {
  const shown = importance.slice(0, 12).reverse()
  return (look) => ({
    grid: { left: 8, right: 44, top: 6, bottom: 6, containLabel: true },
    xAxis: { type: 'value', show: false, max: Math.max(...shown.map(({ share }) => share), 0.01) },
    yAxis: {
      ...look.axis,
      type: 'category',
      data: shown.map(({ name }) => name),
      axisLine: { show: false },
      axisLabel: { color: look.text, fontSize: 11, width: 150, overflow: 'truncate' },
    },
    tooltip: {
      ...look.tooltip,
      formatter: (told: { name: string; value: number }) => `${escaped(told.name)}: ${percent(told.value)}`,
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 16,
        itemStyle: { color: look.series(0), borderRadius: [0, 3, 3, 0] },
        label: {
          show: true,
          position: 'right',
          color: look.muted,
          fontSize: 11,
          formatter: (told: { value: number }) => percent(told.value),
        },
        data: shown.map(({ share }) => share),
      },
    ],
  })
}

/** What trials reported on their way: those that run stand out, those that were ended early end with a cross. */
export function curvesPicture(curves: readonly TrialCurve[], summary: StudySummary): Picture {
  const mode = summary.settings.objectives[0]?.mode ?? 'min'
  const range = worthShowing(
    curves.flatMap(({ values }) => values),
    mode,
  )
  const ends = curves.flatMap(({ trial, state, steps, values }) =>
    state === 'pruned' ? [[steps.at(-1) ?? 0, values.at(-1) ?? 0, trial]] : [],
  )
  return (look) => ({
    grid: { left: 58, right: 16, top: 12, bottom: 28 },
    xAxis: { ...look.axis, type: 'value', minInterval: 1, splitLine: { show: false } },
    yAxis: {
      ...look.axis,
      type: 'value',
      scale: true,
      ...(range.min === null ? {} : { min: range.min }),
      ...(range.max === null ? {} : { max: range.max }),
      axisLabel: { color: look.muted, fontSize: 10, formatter: formatNumber },
    },
    tooltip: {
      ...look.tooltip,
      formatter: ({ value: [step = 0, at = 0, trial = 0] }: { value: number[] }) =>
        `trial ${trial} · step ${step}<br><b>${formatNumber(at)}</b>`,
    },
    series: [
      ...curves.map(({ trial, state, steps, values }) => {
        const isBest = trial === summary.best?.number
        const color = isBest ? look.series(4) : state === 'running' ? look.series(0) : look.muted
        return {
          type: 'line',
          symbolSize: 5,
          showSymbol: false,
          z: isBest ? 4 : state === 'running' ? 3 : 2,
          lineStyle: {
            color,
            width: isBest || state === 'running' ? 2 : 1,
            type: state === 'pruned' ? 'dashed' : 'solid',
            opacity: isBest || state === 'running' ? 1 : 0.45,
          },
          itemStyle: { color },
          triggerLineEvent: true,
          data: steps.map((step, place) => [step, values[place] ?? null, trial]),
        }
      }),
      {
        type: 'scatter',
        symbol: 'path://M0,1 L1,0 L5,4 L9,0 L10,1 L6,5 L10,9 L9,10 L5,6 L1,10 L0,9 L4,5 Z',
        symbolSize: 8,
        z: 5,
        itemStyle: { color: look.warn },
        data: ends,
      },
    ],
  })
}

/** Two objectives against each other; the trials that no other beats in all of them as a line. */
export function frontPicture(
  points: StudyPoints,
  front: readonly number[],
  { across, up }: { across: number; up: number },
): Picture {
  const places = fewer(points, completePlaces(points), manyMarks)
  const row = (at: number): (number | null)[] => [
    points.values[across]?.[at] ?? null,
    points.values[up]?.[at] ?? null,
    points.number[at] ?? 0,
  ]
  const shown = new Set(front)
  const best = points.number
    .flatMap((number, at) => (shown.has(number) ? [row(at)] : []))
    .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
  return (look) => {
    const axis = (index: number): Record<string, unknown> => ({
      ...look.axis,
      type: 'value',
      scale: true,
      name: points.objectives[index]?.metric ?? '',
      nameLocation: 'middle',
      axisLabel: { color: look.muted, fontSize: 10, formatter: formatNumber },
    })
    return {
      grid: { left: 70, right: 20, top: 14, bottom: 42 },
      xAxis: { ...axis(across), nameGap: 26 },
      yAxis: { ...axis(up), nameGap: 52 },
      tooltip: {
        ...look.tooltip,
        formatter: (told: { value: number[] }) =>
          trialText(points, points.number.indexOf(told.value[2] ?? -1)),
      },
      series: [
        {
          type: 'scatter',
          symbolSize: 7,
          itemStyle: { color: look.series(5), opacity: 0.6 },
          data: places.map(row),
        },
        {
          type: 'line',
          step: false,
          showSymbol: false,
          silent: true,
          lineStyle: { color: look.series(4), width: 1.5, type: 'dashed' },
          data: best,
        },
        {
          type: 'scatter',
          symbolSize: 10,
          itemStyle: { color: look.series(4), borderColor: look.background, borderWidth: 1 },
          data: best,
        },
      ],
    }
  }
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}
