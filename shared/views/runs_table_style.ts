import { css } from 'lit'

/** How the table's frame looks. */
export const runsTableStyles = css`
  :host {
    position: relative;
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 0;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding: 10px 12px;
    border-bottom: 1px solid var(--db-border);
  }
  header select {
    max-width: 220px;
    height: 30px;
  }
  header button {
    height: 30px;
  }
  daybook-search-box {
    flex: 1;
    min-width: 240px;
  }
  main {
    position: relative;
    flex: 1;
    min-height: 0;
  }
  daybook-table-grid {
    height: 100%;
  }
  footer {
    padding: 4px 14px;
    border-top: 1px solid var(--db-border);
    background: var(--db-surface);
    font-size: var(--db-font-small);
  }
  .wait {
    padding: 24px;
  }
  .empty {
    display: grid;
    place-items: center;
    align-content: center;
    gap: 4px;
    height: 100%;
    padding: 24px;
    text-align: center;
  }
  .empty h2 {
    margin: 0;
    font-size: 16px;
    font-weight: 600;
  }
  .empty p {
    max-width: 46ch;
    margin: 4px 0 12px;
  }
  .actions,
  .toast {
    position: absolute;
    z-index: 8;
    left: 50%;
    bottom: 40px;
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 5px 8px 5px 14px;
    transform: translateX(-50%);
    border: 1px solid var(--db-border-strong);
    border-radius: 10px;
    background: var(--db-raised);
    box-shadow: var(--db-shadow);
    white-space: nowrap;
  }
  .actions b {
    margin-right: 8px;
  }
  .toast {
    bottom: 84px;
    padding: 8px 12px;
  }
`
