import type { StudyColumn, StudyPoints, StudySurface } from '../api/study_page_methods.ts'
import { formatNumber } from '../base/quantity.ts'
import {
  completePlaces,
  escaped,
  fewer,
  parameterAxis,
  trialText,
  valueColors,
  worthShowing,
} from './study_axis.ts'
import type { Picture } from './study_look.ts'

/** Lines and marks that a chart of many parameters shows at most. */
const mostLines = 500
const mostMarks = 2000
/** Steps of colour on the surface, so that its lines of equal height can be seen. */
const bands = 14

/** A line a trial over all parameters to its value. */
export function parallelPicture(points: StudyPoints): Picture {
  const sign = points.objectives[0]?.mode === 'min' ? 1 : -1
  const value = (at: number): number => points.values[0]?.[at] ?? NaN
  const places = fewer(points, completePlaces(points), mostLines)
  // The best ones are drawn last, over the others.
  places.sort((a, b) => sign * (value(b) - value(a)))
  const columns = points.parameters.slice(0, 11)
  const metric = points.objectives[0]?.metric ?? ''
  const range = worthShowing(points.values[0] ?? [], points.objectives[0]?.mode ?? 'min')
  return (look) => {
    const { min, max, color } = valueColors(points, places, look)
    // Labels lie on the lines: an outline of the background keeps them readable.
    const label = { color: look.muted, fontSize: 10, textBorderColor: look.background, textBorderWidth: 3 }
    const axis = {
      axisLine: { lineStyle: { color: look.strong } },
      axisTick: { show: false },
      axisLabel: { ...label, formatter: formatNumber },
      nameTextStyle: { color: look.text, fontSize: 11 },
      nameTruncate: { maxWidth: 110 },
    }
    const last = {
      dim: columns.length,
      name: metric,
      scale: true,
      ...axis,
      ...(range.min === null ? {} : { min: range.min }),
      ...(range.max === null ? {} : { max: range.max }),
    }
    return {
      parallel: { left: 50, right: 60, top: 36, bottom: 18 },
      parallelAxis: [
        ...columns.map((column, dim) =>
          column.kind === 'choice'
            ? {
                ...axis,
                dim,
                name: column.name,
                type: 'category',
                data: column.choices,
                axisLabel: { ...label, color: look.text },
              }
            : {
                ...axis,
                dim,
                name: column.name,
                type: column.log ? 'log' : 'value',
                min: column.low,
                max: column.high,
              },
        ),
        last,
      ],
      visualMap: { show: false, type: 'continuous', dimension: columns.length, min, max, inRange: { color } },
      series: [
        {
          type: 'parallel',
          lineStyle: { width: 1.4, opacity: 0.6 },
          progressive: 200,
          data: places.map((at) => [
            ...columns.map(({ kind, values, choices }) => {
              const place = values[at]
              return place == null ? '-' : kind === 'choice' ? (choices[place] ?? '-') : place
            }),
            value(at),
          ]),
        },
      ],
    }
  }
}

/** One parameter against the value; later trials are darker. */
export function slicePicture(points: StudyPoints, column: StudyColumn): Picture {
  const places = fewer(points, completePlaces(points), mostMarks).filter((at) => column.values[at] != null)
  const range = worthShowing(points.values[0] ?? [], points.objectives[0]?.mode ?? 'min')
  return (look) => ({
    grid: { left: 52, right: 12, top: 10, bottom: 24 },
    xAxis: parameterAxis(column, look),
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
      formatter: (told: { value: number[] }) => trialText(points, points.number.indexOf(told.value[2] ?? -1)),
    },
    visualMap: {
      show: false,
      type: 'continuous',
      dimension: 2,
      min: 0,
      max: Math.max(1, points.number.length - 1),
      inRange: { color: [look.scale[1] ?? '', look.scale[4] ?? '', look.scale.at(-1) ?? ''] },
    },
    series: [
      {
        type: 'scatter',
        symbolSize: 6,
        itemStyle: { opacity: 0.8 },
        data: places.map((at) => [
          column.values[at] ?? 0,
          points.values[0]?.[at] ?? null,
          points.number[at] ?? 0,
        ]),
      },
    ],
  })
}

/** What two parameters make of the value, as a surface in bands of colour, with the trials on it. */
export function contourPicture(
  points: StudyPoints,
  surface: StudySurface,
  { across, up }: { across: StudyColumn; up: StudyColumn },
): Picture {
  const places = fewer(points, completePlaces(points), 400).filter(
    (at) => across.values[at] != null && up.values[at] != null,
  )
  const heights = surface.z.flat()
  const [low, high] = [Math.min(...heights), Math.max(...heights)]
  const band = (z: number): number =>
    low + ((Math.floor(((z - low) / (high - low || 1)) * bands) + 0.5) / bands) * (high - low)
  const [left, bottom] = [edges(surface.across, across), edges(surface.up, up)]
  const cells = surface.z.flatMap((row, y) =>
    row.map((z, x) => [
      surface.across[x] ?? 0,
      surface.up[y] ?? 0,
      Math.min(high, band(z)),
      left[x] ?? 0,
      left[x + 1] ?? 0,
      bottom[y] ?? 0,
      bottom[y + 1] ?? 0,
      z,
    ]),
  )
  const mode = points.objectives[0]?.mode ?? 'min'
  return (look) => ({
    grid: { left: 62, right: 20, top: 14, bottom: 40 },
    xAxis: { ...parameterAxis(across, look), name: across.name, nameLocation: 'middle', nameGap: 24 },
    yAxis: { ...parameterAxis(up, look), name: up.name, nameLocation: 'middle', nameGap: 46 },
    tooltip: {
      ...look.tooltip,
      formatter: ({ seriesType, value }: { seriesType: string; value: number[] }) =>
        seriesType === 'custom'
          ? `${escaped(points.objectives[0]?.metric ?? '')} about <b>${formatNumber(value[7] ?? NaN)}</b>`
          : trialText(points, points.number.indexOf(value[2] ?? -1)),
    },
    visualMap: {
      show: false,
      type: 'continuous',
      seriesIndex: 0,
      dimension: 2,
      min: low,
      max: high > low ? high : low + 1e-12,
      inRange: { color: mode === 'min' ? [...look.scale].reverse() : [...look.scale], opacity: 0.85 },
    },
    series: [
      { type: 'custom', clip: true, renderItem: drawCell, data: cells, encode: { x: 0, y: 1 } },
      {
        type: 'scatter',
        symbolSize: 5,
        itemStyle: { color: look.text, borderColor: look.background, borderWidth: 1, opacity: 0.8 },
        data: places.map((at) => [across.values[at] ?? 0, up.values[at] ?? 0, points.number[at] ?? 0]),
      },
    ],
  })
}

interface Drawing {
  value(dimension: number): number
  coord(place: readonly number[]): number[]
  visual(name: string): string
}

function drawCell(_params: unknown, api: Drawing): Record<string, unknown> {
  const [x0 = 0, y0 = 0] = api.coord([api.value(3), api.value(5)])
  const [x1 = 0, y1 = 0] = api.coord([api.value(4), api.value(6)])
  // Half a pixel more on each side leaves no seam between cells.
  const shape = {
    x: Math.min(x0, x1) - 0.5,
    y: Math.min(y0, y1) - 0.5,
    width: Math.abs(x1 - x0) + 1,
    height: Math.abs(y1 - y0) + 1,
  }
  return { type: 'rect', shape, style: { fill: api.visual('color') } }
}

/** Where the cells around places begin and end: half way to the next one, on the logarithm where it is one. */
function edges(places: readonly number[], { low, high, log, kind }: StudyColumn): number[] {
  const middle = (a: number, b: number): number => (log ? Math.sqrt(a * b) : (a + b) / 2)
  const inner = places.slice(1).map((place, index) => middle(places[index] ?? place, place))
  return kind === 'choice' ? [-0.5, ...inner, high + 0.5] : [low, ...inner, high]
}
