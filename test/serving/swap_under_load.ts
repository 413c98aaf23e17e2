import { join } from 'node:path'
import type { TestGateway, TestModels } from './gateway_harness.ts'
import { loadDeployment, type SwapLoad } from './swap_load.ts'

/** A load over so many swaps. */
export interface SwapsUnderLoad {
  gateway: TestGateway
  models: TestModels
  swaps: number
  /** How many answers there must be at least before it ends. */
  answers?: number
}

/** Deploys the packages `one` and `two` by turns while four clients ask; tells what they saw. */
export async function swapUnderLoad(wanted: SwapsUnderLoad): Promise<SwapLoad> {
  const { gateway, models, swaps, answers = 0 } = wanted
  const folderOf = (revision: number): string => join(models.folder, revision % 2 === 1 ? 'one' : 'two')
  await gateway.deploy('m', folderOf(1))
  const load = loadDeployment(gateway, { clients: 4, numberOf: (revision) => (revision % 2 === 1 ? 1 : 2) })
  for (let swap = 1; swap <= swaps; swap++) {
    const soFar = load.seen.answers
    await gateway.deploy('m', folderOf(swap + 1))
    const share = Math.min(answers / swaps, 2_000)
    // Each revision answers for a while, with its share of the answers that are wanted.
    const enough = (): boolean =>
      load.seen.answers >= soFar + share && (load.seen.byRevision.get(swap + 1) ?? 0) >= 20
    while (!enough() && load.seen.failed.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return await load.stop()
}
