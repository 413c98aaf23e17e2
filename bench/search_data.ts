/** How much is searched. */
export interface Size {
  runs: number
  /** Values of each of the first four metrics of a run; the other six have one. */
  points: number
}

/** 20,000 runs with ten metrics; with DAYBOOK_BENCH_FULL=1 four of them have 100 values, which makes 8 million. */
export function chosenSize(): Size {
  return { runs: 20_000, points: process.env['DAYBOOK_BENCH_FULL'] === '1' ? 100 : 5 }
}

/** Numbers 0, 1, 2… as a table. */
const count = (name: string, upTo: string): string =>
  `${name}(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM ${name} WHERE n + 1 < ${upTo})`

/** A number between 0 and 1 that looks random, the same in both stores. */
const value = '((r.n * 7919 + k.n * 104729 + s.n * 1299709) * 48271 % 2147483647) / 2147483647.0'
const runId = `printf('%08x%024x', (r.n * 2654435761) % 4294967296, r.n)`
const many = `${count('r', ':runs')}, ${count('k', '10')}, ${count('s', ':points')}`
const pointsOf = '(k.n < 4 OR s.n = :points - 1)'

/** Fills our store with the runs. One statement an item; named values `:runs` and `:points`. */
export const fillOurs: readonly string[] = [
  `WITH RECURSIVE ${count('k', '10')} INSERT INTO key_name (id, name) SELECT 100 + n, 'm' || n FROM k`,
  `WITH RECURSIVE ${count('k', '5')} INSERT INTO key_name (id, name) SELECT 200 + n, 'p' || n FROM k`,
  `INSERT INTO key_name (id, name) VALUES (300, 'mlflow.runName'), (301, 'mlflow.user')`,
  `WITH RECURSIVE ${count('r', ':runs')}
   INSERT INTO run (seq, id, experiment_id, name, user_id, status, started_ms, ended_ms, artifact_uri)
   SELECT 1000 + r.n, ${runId}, 0, 'run ' || r.n, 'me', 'FINISHED', 1700000000000 + r.n, 1700000001000 + r.n, 'a' FROM r`,
  `WITH RECURSIVE ${count('r', ':runs')}, ${count('k', '5')}
   INSERT INTO param SELECT 1000 + r.n, 200 + k.n, 'v' || ((r.n + k.n) % 20) FROM r, k`,
  `WITH RECURSIVE ${count('r', ':runs')}
   INSERT INTO tag SELECT 1000 + r.n, 300, 'run ' || r.n FROM r UNION ALL SELECT 1000 + r.n, 301, 'me' FROM r`,
  `WITH RECURSIVE ${many} INSERT INTO metric
   SELECT 1000 + r.n, 100 + k.n, s.n, 1700000000000 + s.n, ${value}, 0 FROM r, k, s WHERE ${pointsOf}`,
  `INSERT INTO latest_metric
   SELECT run, key, value, 0, step, at_ms, value, value FROM metric WHERE step = :points - 1`,
]

/** Fills MLflow's database with the same. */
export const fillPeer: readonly string[] = [
  `WITH RECURSIVE ${count('r', ':runs')}
   INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,
     source_version, lifecycle_stage, artifact_uri, experiment_id)
   SELECT ${runId}, 'run ' || r.n, 'UNKNOWN', '', '', 'me', 'FINISHED', 1700000000000 + r.n, 1700000001000 + r.n, '', 'active', 'a', 0 FROM r`,
  `WITH RECURSIVE ${count('r', ':runs')}, ${count('k', '5')}
   INSERT INTO params (run_uuid, key, value) SELECT ${runId}, 'p' || k.n, 'v' || ((r.n + k.n) % 20) FROM r, k`,
  `WITH RECURSIVE ${count('r', ':runs')}
   INSERT INTO tags (run_uuid, key, value) SELECT ${runId}, 'mlflow.runName', 'run ' || r.n FROM r UNION ALL SELECT ${runId}, 'mlflow.user', 'me' FROM r`,
  `WITH RECURSIVE ${many} INSERT INTO metrics (run_uuid, key, step, timestamp, value, is_nan)
   SELECT ${runId}, 'm' || k.n, s.n, 1700000000000 + s.n, ${value}, 0 FROM r, k, s WHERE ${pointsOf}`,
  `INSERT INTO latest_metrics (run_uuid, key, value, timestamp, step, is_nan)
   SELECT run_uuid, key, value, timestamp, step, 0 FROM metrics WHERE step = :points - 1`,
]
