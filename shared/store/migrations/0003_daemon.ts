/** Capabilities (tokens given out), executed cells, environments, notebook runs. */
export const daemonTables = `
CREATE TABLE capability (
  id TEXT PRIMARY KEY,
  token TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  kernel_id TEXT,
  notebook TEXT,
  parent_run_id TEXT,
  pid INTEGER,
  start_time TEXT,
  environment_hash TEXT,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE text_blob (
  hash TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;
CREATE TABLE execution (
  id TEXT PRIMARY KEY,
  capability_id TEXT NOT NULL REFERENCES capability(id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  cell_id TEXT,
  code_hash TEXT NOT NULL REFERENCES text_blob(hash),
  execution_count INTEGER,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  ok INTEGER,
  cpu_ms REAL,
  peak_rss_bytes INTEGER
) STRICT;
CREATE INDEX execution_of_capability ON execution(capability_id, seq);
CREATE TABLE notebook_run (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  run_id TEXT NOT NULL,
  running TEXT,
  progress TEXT NOT NULL
) STRICT;
CREATE INDEX notebook_run_by_state ON notebook_run(state);
`
