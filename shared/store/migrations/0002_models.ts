/**
 * Registered models, their versions and aliases, logged models, and the checksums of artifacts.
 *
 * Registered models and versions are numbers inside, so that renaming one is one row. `last_version` only grows:
 * the number of a deleted version is never given again. A metric of a logged model keeps which run logged it on
 * which data set, '' where nobody said.
 */
export const modelTables = `
CREATE TABLE artifact_file (
  path TEXT PRIMARY KEY,
  size_bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  stored_ms INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE registered_model (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT,
  last_version INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE registered_model_tag (
  model INTEGER NOT NULL REFERENCES registered_model(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (model, key)
) WITHOUT ROWID, STRICT;
CREATE TABLE model_version (
  id INTEGER PRIMARY KEY,
  model INTEGER NOT NULL REFERENCES registered_model(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  description TEXT,
  user_id TEXT,
  stage TEXT NOT NULL,
  source TEXT NOT NULL,
  storage_uri TEXT NOT NULL,
  run_id TEXT,
  run_link TEXT,
  model_id TEXT,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  UNIQUE (model, version)
) STRICT;
CREATE INDEX model_version_of_run ON model_version(run_id) WHERE run_id IS NOT NULL;
CREATE INDEX model_version_of_logged_model ON model_version(model_id) WHERE model_id IS NOT NULL;
CREATE INDEX model_version_by_update ON model_version(updated_ms DESC);
CREATE TABLE model_version_tag (
  version INTEGER NOT NULL REFERENCES model_version(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (version, key)
) WITHOUT ROWID, STRICT;
CREATE TABLE model_alias (
  model INTEGER NOT NULL REFERENCES registered_model(id) ON DELETE CASCADE,
  alias TEXT NOT NULL,
  version INTEGER NOT NULL REFERENCES model_version(id) ON DELETE CASCADE,
  PRIMARY KEY (model, alias)
) WITHOUT ROWID, STRICT;
CREATE INDEX model_alias_of_version ON model_alias(version);

CREATE TABLE logged_model (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  model_type TEXT,
  source_run_id TEXT,
  status TEXT NOT NULL,
  status_message TEXT,
  artifact_uri TEXT NOT NULL,
  deleted_ms INTEGER,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX logged_model_of_experiment ON logged_model(experiment_id, created_ms DESC);
CREATE INDEX logged_model_of_run ON logged_model(source_run_id) WHERE source_run_id IS NOT NULL;
CREATE TABLE logged_model_param (
  model INTEGER NOT NULL REFERENCES logged_model(seq) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (model, key)
) WITHOUT ROWID, STRICT;
CREATE TABLE logged_model_tag (
  model INTEGER NOT NULL REFERENCES logged_model(seq) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (model, key)
) WITHOUT ROWID, STRICT;
CREATE TABLE logged_model_metric (
  model INTEGER NOT NULL REFERENCES logged_model(seq) ON DELETE CASCADE,
  key TEXT NOT NULL,
  step INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  dataset_name TEXT NOT NULL,
  dataset_digest TEXT NOT NULL,
  value REAL NOT NULL,
  is_nan INTEGER NOT NULL,
  PRIMARY KEY (model, key, step, at_ms, run_id, dataset_name, dataset_digest)
) WITHOUT ROWID, STRICT;
CREATE INDEX logged_model_metric_of_run ON logged_model_metric(run_id);
`
