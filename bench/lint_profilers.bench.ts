import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedEnvironment } from '../scripts/python.mjs'
import { dataDefaults } from '../shared/data/data_process.ts'
import { lintInProcess } from '../shared/data/lint_process.ts'
import type { BenchRow } from './bench.ts'

/** What people use today, each in an environment of its own; what is looked at is cut for those that need minutes. */
const profilers = [
  {
    name: 'evidently',
    shown: "Evidently's data summary",
    packages: ['evidently==0.7.*', 'pandas==2.*', 'pyarrow'],
    rows: 1_000_000,
  },
  {
    name: 'evidently',
    shown: "Evidently's data summary and drift",
    packages: ['evidently==0.7.*', 'pandas==2.*', 'pyarrow'],
    rows: 1_000_000,
    /** Beside a reference of as many rows. */
    work: 'evidently_pair',
  },
  {
    name: 'ydata',
    shown: 'ydata-profiling, minimal',
    packages: ['ydata-profiling==4.*', 'pyarrow', 'setuptools<81'],
    rows: 100_000,
  },
  {
    name: 'whylogs',
    shown: 'whylogs',
    packages: ['whylogs==1.*', 'pandas==2.*', 'numpy<2', 'pyarrow==18.*', 'setuptools<81'],
    rows: 100_000,
  },
  {
    name: 'deepchecks',
    shown: "deepchecks' data integrity",
    packages: [
      'deepchecks==0.19.*',
      'scikit-learn==1.5.*',
      'numpy<2',
      'pandas==2.*',
      'pyarrow==18.*',
      'setuptools<81',
    ],
    rows: 100_000,
  },
] as const
const limitMs = 400_000

/** Profile and all rules of mixed columns against the profilers that users would pick, start of the process included. */
export async function bench(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-profilers-'))
  const peer = join(import.meta.dirname, 'lint_profiler_peer.py')
  const rows: BenchRow[] = []
  try {
    for (const profiler of profilers) {
      const isPair = 'work' in profiler
      const pair = isPair ? ' and a reference of as many' : ''
      const what = `profile and all rules, ${profiler.rows.toLocaleString('en')} rows × 20${pair}`
      const python = await cachedEnvironment(`profiler-${profiler.name}`, profiler.packages).catch(() => null)
      if (python === null) {
        console.log(`${profiler.shown} is left out: it does not install here`)
        continue
      }
      const path = join(folder, `${profiler.rows}.parquet`)
      execFileSync(python, [peer, 'make', path, String(profiler.rows)])
      const { sampleRows, memoryBytes, threads } = dataDefaults
      const request = {
        path,
        against: isPair ? path : null,
        table: null,
        rules: {},
        suppress: [],
        engine: 'auto' as const,
      }
      const begin = performance.now()
      await lintInProcess({ ...request, sampleRows, memoryBytes, threads }, { timeLimitMs: 600_000 })
      const ours = (performance.now() - begin) / 1000
      try {
        const out = execFileSync(python, [peer, isPair ? profiler.work : profiler.name, path], {
          encoding: 'utf8',
          timeout: limitMs,
          stdio: ['ignore', 'pipe', 'ignore'],
        })
        const value = Number(/([\d.]+)\s*$/.exec(out)?.[1] ?? NaN)
        const aim = profiler.name === 'evidently' ? { aim: 'a twentieth', reached: ours * 20 <= value } : {}
        rows.push({
          what,
          ours: { value: ours, unit: 's' },
          peer: { name: profiler.shown, value, unit: 's' },
          ...aim,
        })
      } catch (error) {
        const why =
          (error as { code?: string }).code === 'ETIMEDOUT'
            ? `takes over ${limitMs / 1000} s`
            : 'fails on this data'
        console.log(`${profiler.shown} ${why} (ours: ${ours.toFixed(1)} s)`)
      }
    }
    return rows
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
