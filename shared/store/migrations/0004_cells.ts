/** Cells that editors executed, as long as their outputs may not be in the notebook yet, and each notebook's kernel. */
export const cellTables = `
CREATE TABLE cell_execution (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kernel_id TEXT NOT NULL,
  notebook TEXT NOT NULL,
  cell TEXT NOT NULL,
  asked_ms INTEGER NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0,
  applied INTEGER NOT NULL DEFAULT 0,
  confirmed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX cell_execution_of_kernel ON cell_execution(kernel_id, seq);
CREATE INDEX cell_execution_of_notebook ON cell_execution(notebook, seq);
CREATE TABLE notebook_kernel (
  notebook TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kernel_id TEXT
) STRICT;
`
