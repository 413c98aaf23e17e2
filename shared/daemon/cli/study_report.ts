import type { Client } from '../../api/client.ts'
import { surfaceCells, trialWindow } from '../../api/study_windows.ts'

/** The most trials whose rows a file holds; charts have all of them. */
const recordedTrials = 2000

/** Asks for all that the page of a study asks, for the two most important parameters. */
export async function recordStudy(asker: Pick<Client, 'call'>, id: string): Promise<void> {
  await asker.call('studies.get', { id })
  await asker.call('studies.curves', { id })
  const { parameters } = await asker.call('studies.points', { id })
  const [across, up] = parameters.map(({ name }) => name)
  if (across !== undefined && up !== undefined) {
    await asker.call('studies.surface', { id, across, up, cells: surfaceCells })
  }
  for (let offset = 0; offset < recordedTrials; offset += trialWindow) {
    const { total } = await asker.call('studies.trials', { id, offset, limit: trialWindow })
    if (offset + trialWindow >= total) return
  }
}
