/**
 * Experiments, runs and what they log.
 *
 * Runs and the names of parameters, metrics and tags are small numbers inside (`run.seq`, `key_name.id`), so that
 * a row of a metric's history takes about 30 bytes and lies beside its neighbours. A metric that is not a number
 * is kept as value 0 with `is_nan` 1, infinities as the largest doubles, as MLflow's own database has them.
 * `latest_metric` is kept up to date with every write; its second index answers "top 50 by a metric". The
 * indexes over values leave out long texts: nobody looks those up, and they would double the file.
 */
export const runTables = `
CREATE TABLE experiment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  artifact_location TEXT NOT NULL,
  deleted_ms INTEGER,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
INSERT INTO experiment (id, name, artifact_location, created_ms, updated_ms)
  VALUES (0, 'Default', 'mlflow-artifacts:/0',
    CAST(unixepoch('subsec') * 1000 AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER));
CREATE TABLE experiment_tag (
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (experiment_id, key)
) WITHOUT ROWID, STRICT;

CREATE TABLE key_name (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE run (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  user_id TEXT NOT NULL,
  status TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  deleted_ms INTEGER,
  artifact_uri TEXT NOT NULL,
  parent_id TEXT
) STRICT;
CREATE INDEX run_of_experiment ON run(experiment_id, started_ms DESC, id);
CREATE INDEX run_by_start ON run(started_ms DESC, id);
CREATE INDEX run_of_parent ON run(parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX run_deleted ON run(deleted_ms) WHERE deleted_ms IS NOT NULL;

CREATE TABLE param (
  run INTEGER NOT NULL,
  key INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, key)
) WITHOUT ROWID, STRICT;
CREATE INDEX param_by_value ON param(key, value) WHERE length(value) <= 100;
CREATE TABLE tag (
  run INTEGER NOT NULL,
  key INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, key)
) WITHOUT ROWID, STRICT;
CREATE INDEX tag_by_value ON tag(key, value) WHERE length(value) <= 100;

CREATE TABLE metric (
  run INTEGER NOT NULL,
  key INTEGER NOT NULL,
  step INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  value REAL NOT NULL,
  is_nan INTEGER NOT NULL,
  PRIMARY KEY (run, key, step, at_ms, value, is_nan)
) WITHOUT ROWID, STRICT;
CREATE TABLE latest_metric (
  run INTEGER NOT NULL,
  key INTEGER NOT NULL,
  value REAL NOT NULL,
  is_nan INTEGER NOT NULL,
  step INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  min_value REAL,
  max_value REAL,
  PRIMARY KEY (run, key)
) WITHOUT ROWID, STRICT;
CREATE INDEX latest_metric_by_value ON latest_metric(key, is_nan, value);

CREATE TABLE dataset (
  id INTEGER PRIMARY KEY,
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  source_type TEXT NOT NULL,
  source TEXT NOT NULL,
  schema TEXT,
  profile TEXT,
  UNIQUE (experiment_id, name, digest)
) STRICT;
CREATE TABLE run_dataset (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  dataset INTEGER NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
  UNIQUE (run, dataset)
) STRICT;
CREATE INDEX run_of_dataset ON run_dataset(dataset);
CREATE TABLE run_dataset_tag (
  input INTEGER NOT NULL REFERENCES run_dataset(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (input, key)
) WITHOUT ROWID, STRICT;
CREATE TABLE run_model_input (
  run INTEGER NOT NULL,
  model_id TEXT NOT NULL,
  PRIMARY KEY (run, model_id)
) WITHOUT ROWID, STRICT;
CREATE TABLE run_model_output (
  run INTEGER NOT NULL,
  model_id TEXT NOT NULL,
  step INTEGER NOT NULL,
  PRIMARY KEY (run, model_id)
) WITHOUT ROWID, STRICT;
`
