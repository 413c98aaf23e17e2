/**
 * Studies, their trials, what those reported, and each attempt at them. The trials are the whole state of a study:
 * with them it is resumed, and its proposals are made again.
 */
export const studyTables = `
CREATE TABLE study (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  notebook TEXT NOT NULL,
  run_id TEXT NOT NULL,
  state TEXT NOT NULL,
  settings TEXT NOT NULL,
  progress TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  ended_ms INTEGER
) STRICT;
CREATE INDEX study_by_state ON study(state);
CREATE TABLE study_trial (
  study TEXT NOT NULL REFERENCES study(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  role TEXT NOT NULL,
  repeat_of INTEGER,
  state TEXT NOT NULL,
  point TEXT NOT NULL,
  point_values TEXT NOT NULL,
  ended INTEGER,
  saw INTEGER NOT NULL,
  enqueued INTEGER NOT NULL,
  run_id TEXT,
  says TEXT,
  failure TEXT,
  started_ms INTEGER,
  ended_ms INTEGER,
  cpu_ms REAL,
  peak_rss_bytes INTEGER,
  gpu TEXT,
  PRIMARY KEY (study, number)
) WITHOUT ROWID, STRICT;
CREATE TABLE study_report (
  study TEXT NOT NULL,
  number INTEGER NOT NULL,
  step INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (study, number, step)
) WITHOUT ROWID, STRICT;
CREATE TABLE study_attempt (
  id TEXT PRIMARY KEY,
  study TEXT NOT NULL REFERENCES study(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT,
  capability_id TEXT NOT NULL,
  lease INTEGER,
  pid INTEGER,
  start_time TEXT
) STRICT;
CREATE INDEX attempt_of_trial ON study_attempt(study, number);
`
