import type { Grammar } from './filter.ts'

const text = (name: string): { name: string; kind: 'text' } => ({ name, kind: 'text' })
const number = (name: string): { name: string; kind: 'number' } => ({ name, kind: 'number' })

/** What can be asked of runs. */
export const runGrammar: Grammar = {
  types: {
    metric: 'metric',
    metrics: 'metric',
    parameter: 'param',
    parameters: 'param',
    param: 'param',
    params: 'param',
    tag: 'tag',
    tags: 'tag',
    attribute: 'attribute',
    attributes: 'attribute',
    attr: 'attribute',
    run: 'attribute',
    dataset: 'dataset',
    datasets: 'dataset',
  },
  attributes: {
    run_id: text('run_id'),
    run_name: text('run_name'),
    'run name': text('run_name'),
    'Run name': text('run_name'),
    'Run Name': text('run_name'),
    status: text('status'),
    artifact_uri: text('artifact_uri'),
    user_id: text('user_id'),
    start_time: number('start_time'),
    end_time: number('end_time'),
    created: number('start_time'),
    Created: number('start_time'),
  },
  listAttributes: ['run_id'],
  datasetKeys: ['name', 'digest', 'context'],
}

/** What can be asked of experiments. */
export const experimentGrammar: Grammar = {
  types: { attribute: 'attribute', attributes: 'attribute', tag: 'tag', tags: 'tag' },
  attributes: {
    name: text('name'),
    experiment_id: text('experiment_id'),
    creation_time: number('creation_time'),
    last_update_time: number('last_update_time'),
  },
  listAttributes: ['experiment_id'],
  datasetKeys: [],
}
