import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Problem } from '../base/problem.ts'
import type { DeploymentRecord, RevisionSpec } from './revision_spec.ts'

/** So many of the newest revisions keep their files whatever became of them. */
const newest = 3

/**
 * Takes away the copies of models that nobody can want back: of revisions that stand in no place, are no former
 * champion that a rollback may reach, and are not among the newest. What the record says of them stays.
 * @param folder the deployment's own; what lies elsewhere is not ours to remove
 * @returns the revisions whose files went
 */
export function forgetRevisionFiles(record: DeploymentRecord, folder: string): number[] {
  const { champion, canary, shadow, former, revisions } = record
  const kept = new Set([
    ...[champion, canary?.revision, shadow?.revision],
    ...[...former, ...revisions.slice(-newest).map(({ revision }) => revision)],
  ])
  const gone = revisions.filter(
    (spec) =>
      !kept.has(spec.revision) && dirname(spec.folder) === join(folder, 'models') && existsSync(spec.folder),
  )
  for (const spec of gone) rmSync(spec.folder, { recursive: true, force: true })
  return gone.map(({ revision }) => revision)
}

/** @throws Problem `not_found` if its files were taken away */
export function requireRevisionFiles(name: string, { revision, folder, modelUri }: RevisionSpec): void {
  if (existsSync(folder)) return
  throw new Problem('not_found', `The files of revision ${revision} of "${name}" are not kept any more`, {
    hint: `"daybook deploy ${modelUri} --name ${name}" makes its model answer again.`,
  })
}
