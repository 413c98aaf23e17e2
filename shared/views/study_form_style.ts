import { css } from 'lit'

/** How the form for a new study looks. */
export const studyFormStyles = css`
  form.page {
    max-width: 980px;
  }
  form section {
    margin-top: 22px;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
  }
  table.rows {
    width: 100%;
    border-collapse: collapse;
  }
  table.rows td {
    padding: 4px 12px 4px 0;
    border-bottom: 1px solid var(--db-border);
  }
  table.rows label,
  label.check {
    display: inline-flex;
    align-items: center;
    gap: 8px;
  }
  input.wide {
    width: min(100%, 70ch);
  }
  input.range {
    width: min(320px, 40vw);
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
    gap: 10px 14px;
  }
  .fields label {
    display: flex;
    flex-direction: column;
    justify-content: flex-end;
    gap: 3px;
  }
  .fields input,
  .fields select {
    width: 100%;
  }
`
