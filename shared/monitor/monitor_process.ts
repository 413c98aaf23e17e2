import { askDataProcess, dataDefaults, type DataRequest } from '../data/data_process.ts'
import type { AnsweredFiles } from './answered.ts'
import type { LabelledRows } from './labelled_rows.ts'
import type { HeldOut, PlainRows } from './plain_rows.ts'
import type { ShadowReport } from './shadow_report.ts'
import type { WatchReport } from './watch_report.ts'

/** What is asked of the process that looks at prediction logs. Plain data: it crosses to another process. */
export type MonitorRequest = DataRequest &
  (
    | {
        kind: 'labels'
        files: AnsweredFiles
        path: string
        label: string
        on: readonly string[] | null
        toldMs: number
      }
    | { kind: 'shadow'; files: AnsweredFiles; revision: number | null; withLabels: boolean }
    | { kind: 'coverage'; files: AnsweredFiles }
    | { kind: 'model'; files: AnsweredFiles }
    | {
        kind: 'labelled'
        files: AnsweredFiles
        /** What the model learned from: its column of time is the rows'. */
        training: string | null
        span: { days: number } | { fromMs: number; toMs: number }
      }
    | { kind: 'heldOut'; path: string; target: string; prediction: string }
    | { kind: 'table'; path: string; label: string | null }
    | {
        kind: 'watch'
        files: AnsweredFiles
        background: BackgroundFiles
        deployment: string
        windowDays: number
        atMs: number | null
        nowMs: number
      }
  )

/** Files with what a model was made from and judged on; null where its run kept none. */
export interface BackgroundFiles {
  training: string | null
  test: string | null
  target: string
  prediction: string
}

/** How much of what was predicted is known to be right or wrong. */
export interface Coverage {
  /** Rows that champion or canary answered. */
  answered: number
  labelled: number
  firstMs: number | null
  lastMs: number | null
  /** When the newest labelled row was answered. */
  labelledUntilMs: number | null
}

/** What came of a file of labels. */
export interface AddedLabels {
  rows: number
  added: number
  unmatched: number
  repeated: number
  coverage: Coverage
}

/** A shadow's report with what it is about. */
export interface JoinedReport extends ShadowReport {
  champion: { revision: number | null; modelUri: string } | null
  shadow: { revision: number | null; modelUri: string } | null
  /** Rows that the champion answered since the shadow listens. */
  answered: number
}

/** What comes back, by what was asked. */
export interface MonitorResults {
  labels: AddedLabels
  shadow: JoinedReport
  coverage: Coverage
  /** What answered last; null if nothing did. */
  model: string | null
  watch: WatchReport | null
  labelled: LabelledRows | null
  /** Null if the table lacks one of the columns. */
  heldOut: HeldOut | null
  table: PlainRows
}

type Asked<K extends MonitorRequest['kind']> = Extract<MonitorRequest, { kind: K }>

/** Looks at prediction logs in a process of its own. */
export function askMonitor<K extends keyof MonitorResults>(
  request: Omit<Asked<K>, 'memoryBytes' | 'threads'> & { kind: K },
): Promise<MonitorResults[K]> {
  const { memoryBytes, threads, timeLimitMs } = dataDefaults
  return askDataProcess<MonitorResults[K]>(program, { ...request, memoryBytes, threads }, { timeLimitMs })
}

// Beside this module as it was written, or beside the bundle this module is in.
const program = new URL(
  import.meta.url.endsWith('.ts') ? './monitor_main.ts' : './monitor.mjs',
  import.meta.url,
)
