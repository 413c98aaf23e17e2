import { css } from 'lit'

/** How the pages of a run and of a comparison look. */
export const runPageStyles = css`
  :host {
    display: block;
    overflow: auto;
  }
  .page {
    max-width: 1280px;
    margin: 0 auto;
    padding: 16px 24px 48px;
  }
  header .row {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  h1 {
    margin: 0;
    font-size: 20px;
    font-weight: 650;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  h2 {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin: 0 0 10px;
    min-height: 28px;
    font-size: 13px;
    font-weight: 650;
  }
  h2 .muted {
    font-weight: 400;
  }
  .space {
    flex: 1;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 18px;
    margin: 6px 0 0 36px;
    color: var(--db-muted);
  }
  button.link {
    display: inline;
    height: auto;
    padding: 0;
    border: 0;
    background: transparent;
    color: var(--db-accent);
    white-space: normal;
    text-align: left;
  }
  button.link:hover:not(:disabled) {
    background: transparent;
    text-decoration: underline;
  }
  button.bare {
    height: auto;
    padding: 0 2px;
    border: 0;
    background: transparent;
  }
  .headline {
    margin: 14px 0 14px 36px;
    font-size: 15px;
  }
  .alone .facts,
  .alone .headline {
    margin-left: 0;
  }
  nav {
    display: flex;
    gap: 4px;
    margin-bottom: 18px;
    border-bottom: 1px solid var(--db-border);
  }
  nav button {
    height: 34px;
    border: 0;
    border-bottom: 2px solid transparent;
    border-radius: 0;
    background: transparent;
    color: var(--db-muted);
  }
  nav button[aria-selected='true'] {
    border-bottom-color: var(--db-accent);
    color: var(--db-text);
    font-weight: 600;
  }
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(220px, 300px);
    gap: 32px;
  }
  @media (max-width: 820px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  section {
    margin-bottom: 28px;
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
    gap: 10px;
  }
  .tile {
    padding: 8px 12px;
    border: 1px solid var(--db-border);
    border-radius: var(--db-radius);
    min-width: 0;
  }
  .tile span {
    display: block;
    overflow: hidden;
    color: var(--db-muted);
    font-size: var(--db-font-small);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .tile small {
    display: block;
    color: var(--db-muted);
  }
  .headline .beside {
    color: var(--db-muted);
  }
  .tile b {
    font-size: 17px;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  dl {
    margin: 0;
  }
  dl > div {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    gap: 10px;
    padding: 3px 0;
    border-bottom: 1px solid var(--db-border);
  }
  dt,
  dd {
    margin: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  dt {
    color: var(--db-muted);
  }
  dd {
    font-family: var(--db-mono);
    font-size: 12px;
    text-align: right;
  }
  .many dl {
    columns: 3 240px;
    column-gap: 32px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 5px 12px 5px 0;
    border-bottom: 1px solid var(--db-border);
    text-align: left;
    vertical-align: top;
  }
  th {
    color: var(--db-muted);
    font-size: var(--db-font-small);
    font-weight: 600;
  }
  th.number,
  td.number {
    padding: 5px 0 5px 12px;
    text-align: right;
  }
  td.source {
    max-width: 320px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .dot {
    display: inline-block;
    width: 8px;
    height: 8px;
    border-radius: 2px;
    background: var(--c);
    flex: none;
  }
  pre.problem {
    margin: 0 0 16px 36px;
    padding: 10px 12px;
    overflow: auto;
    font-size: 12px;
    white-space: pre-wrap;
  }
  .patch {
    margin-top: 10px;
    border: 1px solid var(--db-border);
    border-radius: var(--db-radius);
  }
  .toast {
    position: fixed;
    z-index: 8;
    left: 50%;
    bottom: 28px;
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 8px 12px;
    transform: translateX(-50%);
    border: 1px solid var(--db-border-strong);
    border-radius: 10px;
    background: var(--db-raised);
    box-shadow: var(--db-shadow);
  }
`
