import type { LoggedModel } from '../../models/logged_model_data.ts'
import type { ModelVersion } from '../../models/model_version.ts'
import type { RegisteredModel } from '../../models/registered_model.ts'
import { listed, pairsOf } from './pairs.ts'

/** A registered model as MLflow writes it. */
export function registeredModelJson(model: RegisteredModel): object {
  const aliases = Object.entries(model.aliases)
  return {
    name: model.name,
    creation_timestamp: model.createdMs,
    last_updated_timestamp: model.updatedMs,
    description: model.description === null || model.description === '' ? undefined : model.description,
    latest_versions: listed(model.latestVersions.map(modelVersionJson)),
    tags: pairsOf(model.tags),
    aliases: listed(aliases.map(([alias, version]) => ({ alias, version: String(version) }))),
  }
}

/** A version of a registered model as MLflow writes it. */
export function modelVersionJson(version: ModelVersion): object {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.createdMs,
    last_updated_timestamp: version.updatedMs,
    user_id: version.userId ?? undefined,
    current_stage: version.stage,
    description: version.description ?? undefined,
    source: version.source,
    run_id: version.runId ?? '',
    status: 'READY',
    tags: pairsOf(version.tags),
    run_link: version.runLink ?? '',
    aliases: listed(version.aliases),
  }
}

/** A logged model as MLflow writes it. */
export function loggedModelJson(model: LoggedModel): object {
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.createdMs,
      last_updated_timestamp_ms: model.updatedMs,
      artifact_uri: model.artifactUri,
      status: `LOGGED_MODEL_${model.status}`,
      model_type: model.modelType ?? '',
      source_run_id: model.sourceRunId ?? '',
      status_message: model.statusMessage ?? undefined,
      tags: pairsOf(model.tags),
      registrations: listed(
        model.registrations.map(({ name, version }) => ({ name, version: String(version) })),
      ),
    },
    data: {
      params: pairsOf(model.params),
      metrics: listed(
        model.metrics.map((metric) => ({
          key: metric.key,
          value: metric.value,
          timestamp: metric.atMs,
          step: metric.step,
          model_id: model.id,
          run_id: metric.runId ?? undefined,
          dataset_name: metric.datasetName ?? undefined,
          dataset_digest: metric.datasetDigest ?? undefined,
        })),
      ),
    },
  }
}
