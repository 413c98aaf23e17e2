import { join } from 'node:path'
import type { TestGateway, TestModels } from './gateway_harness.ts'
import { loadDeployment, type SwapLoad } from './swap_load.ts'

/** A load over so many swaps. */
export interface SwapsUnderLoad {
  gateway: TestGateway
  models: TestModels
  /** New revisions that take the place of the one before. */
  swaps: number
  /** Swaps after that, back and forth between the last two, which both stand ready. */
  returns?: number
  /** How many answers there must be at least before it ends. */
  answers?: number
}

/** Deploys the packages `one` and `two` by turns while four clients ask; tells what they saw. */
export async function swapUnderLoad(wanted: SwapsUnderLoad): Promise<SwapLoad> {
  const { gateway, models, swaps, returns = 0, answers = 0 } = wanted
  const folderOf = (revision: number): string => join(models.folder, revision % 2 === 1 ? 'one' : 'two')
  await gateway.deploy('m', folderOf(1))
  const load = loadDeployment(gateway, { clients: 4, numberOf: (revision) => (revision % 2 === 1 ? 1 : 2) })
  const share = Math.min(answers / swaps, 2_000)
  // Each champion answers for a while, with its share of the answers that are wanted.
  const untilItAnswered = async (revision: number, put: () => Promise<unknown>): Promise<void> => {
    const soFar = { all: load.seen.answers, own: load.seen.byRevision.get(revision) ?? 0 }
    await put()
    const enough = (): boolean =>
      load.seen.answers >= soFar.all + share && (load.seen.byRevision.get(revision) ?? 0) >= soFar.own + 20
    while (!enough() && load.seen.failed.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  for (let swap = 1; swap <= swaps; swap++)
    await untilItAnswered(swap + 1, () => gateway.deploy('m', folderOf(swap + 1)))
  for (let swap = 1; swap <= returns; swap++) {
    const revision = swap % 2 === 1 ? swaps : swaps + 1
    await untilItAnswered(revision, () => gateway.deployment('m').promote(revision, 'back and forth'))
  }
  return await load.stop()
}
