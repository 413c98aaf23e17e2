import { css } from 'lit'

/** How code and differences look. */
export const codeStyles = css`
  :host {
    display: block;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 14px;
    margin-bottom: 12px;
  }
  .bar label {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  section.cell {
    margin-bottom: 10px;
    border: 1px solid var(--db-border);
    border-radius: var(--db-radius);
    overflow: hidden;
  }
  section.cell.changed,
  section.cell.gone {
    border-color: var(--db-warn);
  }
  section.cell header {
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 28px;
    padding: 2px 10px;
    background: var(--db-surface);
    border-bottom: 1px solid var(--db-border);
    font-size: var(--db-font-small);
  }
  section.cell header button {
    height: 22px;
    margin-left: auto;
  }
  .failed {
    color: var(--db-bad);
  }
  pre {
    margin: 0;
    padding: 10px 12px;
    max-height: 480px;
    overflow: auto;
    font-size: 12px;
    line-height: 1.5;
    tab-size: 4;
  }
  .diff {
    max-height: 480px;
    padding: 8px 0;
    overflow: auto;
    font-family: var(--db-mono);
    font-size: 12px;
    line-height: 1.5;
    tab-size: 4;
  }
  .diff > div {
    min-height: 1.5em;
    padding: 0 12px 0 28px;
    text-indent: -16px;
    white-space: pre-wrap;
  }
  .diff > div::before {
    content: ' ';
    display: inline-block;
    width: 16px;
    color: var(--db-muted);
    text-indent: 0;
  }
  .diff > .added::before {
    content: '+';
  }
  .diff > .removed::before {
    content: '−';
  }
  .added {
    background: var(--db-added);
  }
  .removed {
    background: var(--db-removed);
  }
  .skip {
    color: var(--db-faint);
  }
`
