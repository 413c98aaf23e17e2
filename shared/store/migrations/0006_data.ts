/** What data lint found, a row for each frame or file looked at. The report is JSON. */
export const dataTables = `
CREATE TABLE data_report (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  notebook TEXT,
  cell_id TEXT,
  execution_id TEXT,
  at_ms INTEGER NOT NULL,
  report TEXT NOT NULL
) STRICT;
CREATE INDEX data_report_notebook ON data_report (notebook, cell_id, name);
CREATE INDEX data_report_execution ON data_report (execution_id);
CREATE INDEX data_report_at ON data_report (at_ms);
`
