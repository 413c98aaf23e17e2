import type { Handlers } from '../../api/contract.ts'
import type { Clock } from '../../base/clock.ts'
import type { StatePaths } from '../../base/project.ts'
import { pinnedByModels } from '../../models/pinned.ts'
import { cleanUp, planCleanUp } from '../../runs/retention.ts'
import type { Store } from '../../store/store.ts'
import { planLeftovers } from '../state_leftovers.ts'
import type { TopicBoard } from '../topics.ts'

/** What cleaning up needs. */
export interface CleanUpParts {
  store: Store
  clock: Clock
  paths: StatePaths
  topics: TopicBoard
}

/** Gives space back by the rules of runs/retention. */
export function cleanUpHandlers(parts: CleanUpParts): Pick<Handlers, 'store.gc'> {
  const { store, clock, paths, topics } = parts
  return {
    'store.gc': async ({ dryRun, checkpoints }) => {
      const nowMs = clock.nowMs()
      const pinned = pinnedByModels(store)
      const plan = await planCleanUp({
        store,
        artifactsDir: paths.artifacts,
        dataDir: paths.data,
        nowMs,
        pinned,
        checkpoints,
      })
      const all = { ...plan, spares: [...plan.spares, ...planLeftovers(paths, nowMs)] }
      const notes = [...all.notes]
      const spares = dryRun
        ? all.spares
        : await cleanUp(all, ({ what }, why) => notes.push(`Cannot remove ${what}: ${why}`))
      if (!dryRun && spares.length > 0) topics.bump('runs.changed')
      return {
        dryRun,
        items: spares.map(({ what, why, sizeBytes }) => ({ what, why, sizeBytes })),
        sizeBytes: spares.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        notes,
      }
    },
  }
}
