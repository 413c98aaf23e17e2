/**
 * How long the audit log was when it was last written to, so that a cut end is seen, and the checkpoints taken; what
 * was seen in prediction logs, the alerts raised, with the rules that rest after them.
 */
export const monitorTables = `
CREATE TABLE audit_head (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  size INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE TABLE audit_checkpoint (
  size INTEGER PRIMARY KEY,
  root TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE watch_report (
  id TEXT PRIMARY KEY,
  deployment TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  report TEXT NOT NULL
) STRICT;
CREATE INDEX watch_report_deployment ON watch_report (deployment, id);
CREATE TABLE alert (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  deployment TEXT NOT NULL,
  report TEXT NOT NULL,
  alert TEXT NOT NULL,
  acknowledged_ms INTEGER,
  sent TEXT
) STRICT;
CREATE INDEX alert_deployment ON alert (deployment, id);
CREATE TABLE alert_rule (
  deployment TEXT NOT NULL,
  rule TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  alert INTEGER NOT NULL REFERENCES alert (id)
) STRICT;
CREATE INDEX alert_rule_last ON alert_rule (deployment, rule, at_ms);
CREATE TABLE retraining (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  deployment TEXT NOT NULL,
  state TEXT NOT NULL,
  retraining TEXT NOT NULL
) STRICT;
CREATE INDEX retraining_deployment ON retraining (deployment, id);
`
