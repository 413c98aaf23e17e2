import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Point } from '../../shared/tuning/space.ts'

/** What test/fixtures/tuning/make_reference.py computes; see SOURCE.md there. */
export interface Reference {
  normal: { z: number[]; cdf: number[]; logCdf: number[]; p: number[]; quantile: number[] }
  logEi: { z: number[]; value: number[] }
  sobol: { dimensions: number; points: number[][] }
  parzen: { points: Point[]; asked: Point[]; logDensity: number[] }[]
  split: {
    trials: { kind: string; value: number; reports: [number, number][]; violation: number }[]
    cases: { good: number; below: number[] }[]
  }
  pruners: {
    curves: number[][]
    folds: number[][]
    asha: Record<string, (number | null)[]>
    median: (number | null)[]
    percentile25: (number | null)[]
    wilcoxon: (number | null)[]
  }
  signedRank: { differences: number[]; p: number }[]
  pareto: {
    values: number[][]
    violations: number[]
    fronts: number[]
    constrainedFronts: number[]
    reference: number[]
    hypervolume: number
    front: number[][]
    crowding: number[]
  }[]
  importance: { trials: { point: Point; value: number }[]; shares: Record<string, number> }[]
  process: {
    x: number[][]
    y: number[]
    scales: number[]
    signal: number
    noise: number
    asked: number[][]
    mean: number[]
    variance: number[]
    logLikelihood: number
    slope: number[]
  }[]
}

/** The reference values of Optuna, SciPy and scikit-learn. */
export function readReference(): Reference {
  // Python writes what JSON does not know.
  const text = readFileSync(new URL('../fixtures/tuning/reference.json', import.meta.url), 'utf8')
  return JSON.parse(text.replaceAll(/(?<=[[,:])(-?)Infinity/g, '$11e999')) as Reference
}

/** Equal within a share of the expected value, or within as much where that is below 1. */
export function near(actual: number, expected: number, tolerance: number): void {
  if (actual === expected) return
  const apart = Math.abs(actual - expected) / Math.max(1, Math.abs(expected))
  assert.ok(apart <= tolerance, `${actual} is not ${expected}, apart by ${apart}`)
}
