import { css } from 'lit'

/** How the table of differences looks. */
export const compareStyles = css`
  header .row {
    margin-bottom: 16px;
  }
  .all {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    color: var(--db-muted);
  }
  .scroll {
    overflow-x: auto;
    margin-bottom: 28px;
  }
  table.differences {
    width: auto;
    min-width: 100%;
  }
  .differences th,
  .differences td {
    padding: 5px 14px 5px 8px;
    max-width: 260px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .differences thead th {
    min-width: 150px;
    font-size: var(--db-font-size);
    color: var(--db-text);
  }
  .differences thead small {
    font-weight: 400;
  }
  .differences tbody th {
    color: var(--db-text);
    font-size: var(--db-font-size);
    font-weight: 400;
  }
  .differences tr.part th {
    padding-top: 16px;
    font-weight: 650;
  }
  .differences tr.part.same th {
    color: var(--db-muted);
  }
  .differences tr.part .muted {
    font-weight: 400;
  }
  td.best {
    font-weight: 650;
  }
  td.best::before {
    content: '★ ';
    color: var(--db-good);
  }
  td small {
    display: block;
    color: var(--db-muted);
    font-weight: 400;
  }
  td small.better {
    color: var(--db-good);
  }
  td small.worse {
    color: var(--db-bad);
  }
`
