/** How long the audit log was when it was last written to, so that a cut end is seen; and the checkpoints taken. */
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
`
