import type { MethodName } from './contract.ts'

/** Methods that change nothing and tell nothing secret: what a page that may only read can ask. */
export const readMethods = [
  'runs.search',
  'runs.get',
  'runs.group',
  'runs.history',
  'runs.compare',
  'runs.window',
  'runs.columns',
  'runs.experiments',
  'runs.export',
  'runs.ids',
  'runs.curves',
  'runs.standing',
  'runs.siblings',
  'runs.artifact',
  'runs.code',
  'studies.get',
  'studies.list',
  'studies.trials',
  'studies.reports',
  'studies.points',
  'studies.curves',
  'studies.surface',
] as const satisfies readonly MethodName[]
