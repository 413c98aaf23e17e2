/** How a cell's execution stands, as VS Code tells it. */
export interface ExecutionTold {
  success?: boolean | undefined
  timing?: { startTime: number; endTime: number } | undefined
}

/** An execution that has ended. */
export interface EndedExecution {
  success: boolean
  startMs: number
  endMs: number
}

/** An execution that has ended just now; null of one that still runs, or that was over when its notebook was opened. */
export function justRan({ success, timing }: ExecutionTold, nowMs: number): EndedExecution | null {
  if (success === undefined || timing === undefined || timing.endTime === 0) return null
  // A notebook that is opened brings the times of old executions with it.
  if (nowMs - timing.endTime > 60_000) return null
  return { success, startMs: timing.startTime, endMs: timing.endTime }
}
