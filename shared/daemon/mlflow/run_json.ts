import type { Experiment } from '../../runs/experiment.ts'
import type { MetricPoint } from '../../runs/logging.ts'
import type { DatasetInput, Run, RunInfo } from '../../runs/run_data.ts'

/** A run as MLflow's clients read it. */
export function runJson(run: Run): object {
  return {
    info: runInfoJson(run),
    data: {
      metrics: Object.entries(run.metrics).map(([key, { value, step, atMs }]) => ({
        key,
        value,
        timestamp: atMs,
        step,
      })),
      params: pairs(run.params),
      tags: pairs(run.tags),
    },
    inputs: {
      dataset_inputs: run.datasets.map(datasetInputJson),
      model_inputs: run.modelInputs.map((model) => ({ model_id: model })),
    },
    outputs: { model_outputs: run.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step })) },
  }
}

/** A run without what was logged to it. */
export function runInfoJson(run: RunInfo): object {
  return {
    run_uuid: run.id,
    run_id: run.id,
    run_name: run.name,
    experiment_id: run.experimentId,
    user_id: run.userId,
    status: run.status,
    start_time: run.startMs,
    end_time: run.endMs ?? undefined,
    artifact_uri: run.artifactUri,
    lifecycle_stage: run.deletedMs === null ? 'active' : 'deleted',
  }
}

/** An experiment as MLflow's clients read it. */
export function experimentJson(experiment: Experiment): object {
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.deletedMs === null ? 'active' : 'deleted',
    creation_time: experiment.createdMs,
    last_update_time: experiment.updatedMs,
    tags: pairs(experiment.tags),
    workspace: 'default',
  }
}

/** A value of a metric as MLflow's clients read it. */
export function metricJson(point: MetricPoint & { runId?: string }): object {
  return { key: point.key, value: point.value, timestamp: point.atMs, step: point.step, run_id: point.runId }
}

function datasetInputJson(input: DatasetInput): object {
  return {
    tags: pairs(input.tags),
    dataset: {
      name: input.name,
      digest: input.digest,
      source_type: input.sourceType,
      source: input.source,
      schema: input.schema ?? undefined,
      profile: input.profile ?? undefined,
    },
  }
}

function pairs(record: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }))
}
