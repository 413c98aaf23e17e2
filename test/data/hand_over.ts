import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadFrame } from '../../shared/data/frame.ts'
import type { Loaded } from '../../shared/data/loaded.ts'

/** How the hand-over of a frame went. */
export interface HandOver {
  /** How long the kernel's own thread was held, and the longest pause of another thread until the file was there. */
  heldMs: number
  stallMs: number
  /** Of the frame in memory. */
  bytes: number
  data: Loaded
}

/** Has a Python make a frame of so many rows and hand it over as a kernel does; reads what came. */
export function handOver(
  python: string,
  library: 'pandas' | 'polars' | 'numpy',
  rows: number,
  spool: string,
): HandOver {
  const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  const told = JSON.parse(
    execFileSync(python, [path('hand_over.py'), path('../../shared/python'), spool, library, String(rows)], {
      encoding: 'utf8',
    }),
  ) as Omit<HandOver, 'data'> & {
    event: { file: string; name: string; rows: number; step: number; library: string }
  }
  return { ...told, data: loadFrame(join(spool, told.event.file), told.event) }
}
