import type { Grammar } from '../runs/filter.ts'

type Attributes = Grammar['attributes']

const text = (name: string): Attributes[string] => ({ name, kind: 'text' })
const number = (name: string): Attributes[string] => ({ name, kind: 'number' })
const modelTypes = { attribute: 'attribute', attributes: 'attribute', tag: 'tag', tags: 'tag' } as const

/** What can be asked of registered models. */
export const registeredModelGrammar: Grammar = {
  types: modelTypes,
  attributes: { name: text('name') },
  listAttributes: ['name'],
  datasetKeys: [],
}

/** By what registered models can be sorted. */
export const registeredModelOrder: Grammar = {
  ...registeredModelGrammar,
  attributes: {
    name: text('name'),
    timestamp: number('updated'),
    last_updated_timestamp: number('updated'),
    creation_timestamp: number('created'),
  },
}

/** What can be asked of model versions. */
export const modelVersionGrammar: Grammar = {
  types: modelTypes,
  attributes: {
    name: text('name'),
    version_number: number('version'),
    run_id: text('run_id'),
    source_path: text('source'),
  },
  listAttributes: ['name', 'run_id'],
  datasetKeys: [],
}

/** By what model versions can be sorted. */
export const modelVersionOrder: Grammar = {
  ...modelVersionGrammar,
  attributes: {
    name: text('name'),
    version_number: number('version'),
    creation_timestamp: number('created'),
    last_updated_timestamp: number('updated'),
  },
}

/** What can be asked of logged models, and by what they can be sorted. */
export const loggedModelGrammar: Grammar = {
  types: {
    attribute: 'attribute',
    attributes: 'attribute',
    metric: 'metric',
    metrics: 'metric',
    param: 'param',
    params: 'param',
    tag: 'tag',
    tags: 'tag',
  },
  attributes: {
    name: text('name'),
    model_id: text('model_id'),
    model_type: text('model_type'),
    status: text('status'),
    source_run_id: text('source_run_id'),
    experiment_id: text('experiment_id'),
    artifact_location: text('artifact_location'),
    creation_time: number('created'),
    creation_timestamp: number('created'),
    creation_timestamp_ms: number('created'),
    last_updated_time: number('updated'),
    last_updated_timestamp: number('updated'),
    last_updated_timestamp_ms: number('updated'),
  },
  listAttributes: ['name', 'model_id', 'model_type', 'status', 'source_run_id', 'experiment_id'],
  datasetKeys: [],
}
