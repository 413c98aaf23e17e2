import { join } from 'node:path'
import { systemClock } from '../../shared/base/clock.ts'
import { deploymentFiles } from '../../shared/serving/deployment_files.ts'
import { PredictionLog } from '../../shared/serving/prediction_log.ts'
import type { Prediction } from '../../shared/serving/prediction.ts'

/** Writes predictions into a deployment's log, as the gateway does; what is not said is the champion's first revision. */
export async function writePredictions(
  root: string,
  name: string,
  predictions: readonly (Partial<Prediction> & Pick<Prediction, 'requestId' | 'inputs' | 'output'>)[],
): Promise<void> {
  const folder = deploymentFiles(join(root, '.daybook'), name).predictions
  const log = new PredictionLog({ folder, clock: systemClock, maxWaiting: 1e9 })
  log.add(
    predictions.map((prediction) => ({
      row: 0,
      timeMs: 1_700_000_000_000,
      revision: 1,
      slot: 'champion' as const,
      modelUri: 'models:/test/1',
      latencyMs: 3,
      ...prediction,
    })),
  )
  await log.close()
}
