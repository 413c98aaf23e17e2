import { css } from 'lit'

/** What the pages of deployments have beside that of a run. */
export const deploymentStyles = css`
  .box {
    margin: 0 0 18px;
    padding: 14px 16px;
    border: 1px solid var(--db-border);
    border-radius: var(--db-radius);
  }
  .box > :first-child {
    margin-top: 0;
  }
  .box > :last-child {
    margin-bottom: 0;
  }
  .two {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    gap: 24px;
  }
  @media (max-width: 860px) {
    .two {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
    gap: 8px 12px;
    margin: 0 0 12px;
  }
  .fields label {
    min-width: 0;
  }
  .fields label span {
    display: block;
    margin-bottom: 2px;
    overflow: hidden;
    color: var(--db-muted);
    font-size: var(--db-font-small);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .fields input,
  textarea {
    width: 100%;
    color: var(--db-text);
  }
  .answer {
    margin: 12px 0 0;
    padding: 10px 12px;
    border-radius: var(--db-radius);
    background: var(--db-surface);
    overflow-wrap: anywhere;
  }
  .answer b {
    font-size: 17px;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
  }
  pre.code {
    margin: 0 0 10px;
    padding: 10px 12px;
    max-height: 150px;
    overflow: auto;
    border-radius: var(--db-radius);
    background: var(--db-surface);
    font-size: 12px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .verdict {
    margin: 0 0 16px;
    padding: 12px 14px;
    border-left: 3px solid var(--db-accent);
    background: var(--db-surface);
    font-size: 15px;
  }
  .verdict.alert {
    font-size: inherit;
  }
  .verdict.good {
    border-color: var(--db-good);
  }
  .verdict.bad {
    border-color: var(--db-bad);
  }
  .verdict.warn {
    border-color: var(--db-warn);
  }
  ul.checks {
    margin: 0 0 12px;
    padding: 0;
    list-style: none;
  }
  ul.checks li {
    padding: 2px 0;
  }
  ul.checks .no {
    color: var(--db-bad);
  }
  ul.checks .yes {
    color: var(--db-good);
  }
  svg.spark {
    display: block;
    width: 100%;
    height: 46px;
  }
  svg.spark path,
  svg.both path.before {
    fill: none;
    stroke: var(--db-accent);
    stroke-width: 1.5;
    vector-effect: non-scaling-stroke;
  }
  svg.both path.before {
    stroke: var(--db-series-2);
    stroke-width: 2;
  }
  svg.both rect {
    fill: var(--db-series-1);
    opacity: 0.75;
  }
  svg.both text {
    fill: var(--db-muted);
    font-size: 11px;
  }
  .legend {
    display: flex;
    gap: 16px;
    margin: 0 0 12px;
    color: var(--db-muted);
    font-size: var(--db-font-small);
  }
  .legend span::before {
    content: '';
    display: inline-block;
    width: 10px;
    height: 10px;
    margin-right: 5px;
    border-radius: 2px;
    background: var(--c);
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(300px, 1fr));
    gap: 14px;
  }
  .card {
    padding: 12px 14px;
    border: 1px solid var(--db-border);
    border-radius: var(--db-radius);
    min-width: 0;
  }
  .card p {
    margin: 4px 0 10px;
    color: var(--db-muted);
  }
  .scroll {
    overflow-x: auto;
  }
  th.number + th:not(.number),
  td.number + td:not(.number) {
    padding-left: 18px;
  }
  td button.quiet {
    height: 21px;
  }
  td.mono,
  td.name {
    white-space: nowrap;
  }
  td.says {
    min-width: 90px;
    overflow-wrap: anywhere;
  }
  tr.now td {
    font-weight: 600;
  }
`
