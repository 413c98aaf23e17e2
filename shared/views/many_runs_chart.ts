import { LineChart, ParallelChart, ScatterChart } from 'echarts/charts'
import { GridComponent, ParallelComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { formatNumber } from '../base/quantity.ts'
import type { RunPoint } from './run_point.ts'

use([
  ParallelChart,
  ScatterChart,
  LineChart,
  GridComponent,
  ParallelComponent,
  TooltipComponent,
  CanvasRenderer,
])

/** A chart that is shown. */
export interface DrawnChart {
  dispose(): void
}

interface Shown {
  runs: readonly RunPoint[]
  names: ReadonlyMap<string, string>
}

/** A line a run over all axes. */
export function drawParallel(place: HTMLElement, shown: Shown & { axes: readonly string[] }): DrawnChart {
  const look = lookOf(place)
  const axis = {
    axisLine: { lineStyle: { color: look.border } },
    axisLabel: { color: look.muted, fontSize: 10, formatter: formatNumber },
    nameTextStyle: { color: look.text, fontSize: 11, width: 110, overflow: 'truncate' },
  }
  return draw(place, {
    parallel: { left: 60, right: 70, top: 40, bottom: 24 },
    parallelAxis: shown.axes.map((name, dim) => ({ dim, name, scale: true, ...axis })),
    tooltip: { confine: true, ...look.tooltip },
    series: [
      {
        type: 'parallel',
        lineStyle: { width: 2, opacity: 0.85 },
        data: shown.runs.map(({ id, values }, i) => ({
          name: shown.names.get(id) ?? id,
          value: shown.axes.map((name) => values[name] ?? '-'),
          lineStyle: { color: look.series(i) },
        })),
      },
    ],
  })
}

/** A point a run, two numbers against each other; the front as a line. */
export function drawScatter(
  place: HTMLElement,
  shown: Shown & { across: string; up: string; front: readonly number[] },
): DrawnChart {
  const look = lookOf(place)
  const { across, up, runs, names } = shown
  const axis = {
    scale: true,
    axisLine: { lineStyle: { color: look.border } },
    axisLabel: { color: look.muted, fontSize: 10, formatter: formatNumber },
    splitLine: { lineStyle: { color: look.border } },
    nameTextStyle: { color: look.text },
  }
  const point = (i: number): (number | string)[] => [
    runs[i]?.values[across] ?? '-',
    runs[i]?.values[up] ?? '-',
  ]
  return draw(place, {
    grid: { left: 70, right: 24, top: 30, bottom: 40 },
    xAxis: { name: across, nameLocation: 'middle', nameGap: 26, ...axis },
    yAxis: { name: up, ...axis },
    tooltip: { confine: true, ...look.tooltip },
    series: [
      {
        type: 'line',
        data: shown.front.map(point),
        showSymbol: false,
        silent: true,
        lineStyle: { color: look.muted, type: 'dashed', width: 1 },
      },
      {
        type: 'scatter',
        symbolSize: 11,
        data: runs.map(({ id }, i) => ({
          name: names.get(id) ?? id,
          value: point(i),
          itemStyle: { color: look.series(i) },
        })),
      },
    ],
  })
}

function draw(place: HTMLElement, option: Record<string, unknown>): DrawnChart {
  const chart = init(place)
  chart.setOption({ animation: false, ...option })
  const watch = new ResizeObserver(() => chart.resize())
  watch.observe(place)
  return {
    dispose: () => {
      watch.disconnect()
      chart.dispose()
    },
  }
}

/** The tokens as a canvas can use them. */
function lookOf(place: HTMLElement) {
  const style = getComputedStyle(place)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  return {
    text: token('--db-text'),
    muted: token('--db-muted'),
    border: token('--db-border'),
    series: (i: number): string => token(`--db-series-${(i % 8) + 1}`),
    tooltip: {
      backgroundColor: token('--db-raised'),
      borderColor: token('--db-border-strong'),
      textStyle: { color: token('--db-text'), fontSize: 12 },
    },
  }
}
