import { post, type Step } from './differential_step.ts'

/** A search in two experiments. */
export const search = (
  filter: string,
  more: Record<string, unknown> = {},
  compare: Step['compare'] = 'all',
): Step => post('runs/search', { experiment_ids: ['$e1', '$e2'], filter, ...more }, { compare })

const good = `metrics.acc > 0.5 | metrics.acc >= 0.9 and metrics.acc < 1 | metrics.acc != 0.9 | metrics.acc = 0.9
  | metrics.nan > -1 | metrics.nan != 0 | metrics.inf > 1e300 | metrics.nothing > 1 | metric.\`acc\` <= .9 | metrics."acc" > -1
  | params.p = '1' | params.p != '1' | param.p = "2" | parameters.p LIKE 'A_b%' | params.p ILIKE 'a_b%' | params.p LIKE '%b%'
  | params.nothing IS NULL | params.p IS NOT NULL | params.q = 'a b' | params.empty = '' | tags.kind = 'C' | tag.kind != 'C'
  | tags.mlflow.runName LIKE 'r%' | tags.\`mlflow.note\` = 'x' | tags.mlflow.parentRunId = '$r1' | tags.kind IS NULL
  | attributes.status = 'FINISHED' | status != 'FINISHED' | attr.status LIKE 'F%' | run.run_name = 'r1' | run_name LIKE 'r%'
  | attributes."run name" = 'r1' | \`Run Name\` ILIKE 'R1' | run_id = '$r1' | run_id IN ('$r1', '$r2') | run_id NOT IN ('$r1')
  | start_time > 1000 | created <= 1000 | end_time = 5000 | end_time != 1 | user_id = 'me' | artifact_uri LIKE '%artifacts'
  | dataset.name = 'd1' | dataset.name != 'd1' | datasets.digest LIKE 'a%' | dataset.context = 'train'
  | dataset.name IN ('d2', 'x') | dataset.context NOT IN ('train') | dataset.digest NOT IN ('aaa')
  | dataset.name = 'd1' AND dataset.context = 'eval'
  | metrics.acc > 0 AND params.p = '2' AND tags.kind = 'C' AND dataset.name = 'd2' AND start_time < 1e9`

const bad = `metrics.acc > 'x' | metrics.acc > x | metrics.acc LIKE 5 | metrics.acc == 1 | params.p = 1 | params.p > '1' | params.p = x
  | params.p IN ('1') | metrics.acc IS NULL | status IS NULL | status IN ('a') | status > 'a' | start_time = 'x' | start_time LIKE 'x'
  | foo.bar = 'x' | foo = 'x' | dataset.foo = 'x' | dataset.name > 'a' | dataset.name = 5 | run_id IN () | run_id IN (5)
  | metrics.acc > | metrics.acc | > 5 | 5 > metrics.acc | metrics.a-b > 5 | metrics.a b > 5 | params.p = 'open
  | metrics.acc > 1; metrics.acc < 1 | metrics.acc BETWEEN 1 AND 2 | experiment_id = '1' | lifecycle_stage = 'active' | METRICS.acc > 1
  | metrics.acc > +5 | metrics.acc > 0x5 | metrics.acc > 1 -- remark`

const orders: (readonly string[])[] = [
  [],
  ['metrics.acc'],
  ['metrics.acc DESC'],
  ['metrics.acc desc', 'start_time'],
  ['params.p'],
  ['params.p DESC', 'start_time'],
  ['tags.kind ASC'],
  ['attributes.end_time DESC'],
  ['end_time', 'metrics.`acc` DESC'],
  ['run_name'],
  ['status DESC', 'created'],
  ['metrics.nothing', 'run_name DESC'],
  ['start_time ASC'],
]

const badOrders = ['metrics.acc up', 'foo', 'metrics', 'metrics.acc DESC ASC', 'dataset.name', 'foo.bar', '']

const split = (text: string): string[] => text.split(/\|/).map((each) => each.trim())

/** Filters, orders and pages, good and bad. */
export const searches: readonly Step[] = [
  ...split(good).map((filter) => search(filter)),
  ...split(bad).map((filter) => search(filter, {}, 'code')),
  ...orders.map((order) => search('', { order_by: order })),
  ...badOrders.map((order) => search('', { order_by: [order] }, 'code')),
  ...orders.flatMap((order, i) => [
    post(
      'runs/search',
      { experiment_ids: ['$e1', '$e2'], order_by: order, max_results: 2 },
      { save: { [`p${i}a`]: 'next_page_token' } },
    ),
    post(
      'runs/search',
      { experiment_ids: ['$e1', '$e2'], order_by: order, max_results: 2, page_token: `$p${i}a` },
      { save: { [`p${i}b`]: 'next_page_token' } },
    ),
    post('runs/search', {
      experiment_ids: ['$e1', '$e2'],
      order_by: order,
      max_results: 2,
      page_token: `$p${i}b`,
    }),
  ]),
  search('', { max_results: 50_001 }),
  search('', { max_results: 0 }),
  search('', { max_results: 'x' }),
  search('', { page_token: '%%%' }, 'code'),
  post('runs/search', { experiment_ids: [] }),
  post('runs/search', {}),
  post('runs/search', { experiment_ids: ['77'] }),
]
