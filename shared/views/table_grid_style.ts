import { css } from 'lit'

/** How lines and columns look. */
export const gridStyles = css`
  :host {
    display: block;
    min-height: 0;
  }
  .viewport {
    height: 100%;
    overflow: auto;
    overflow-anchor: none;
    contain: strict;
    outline-offset: -2px;
  }
  .canvas {
    position: relative;
    min-height: 100%;
  }
  .head,
  .line {
    display: grid;
    grid-template-columns: var(--columns);
    height: var(--db-row);
    width: 100%;
  }
  .head {
    position: sticky;
    z-index: 3;
    top: 0;
    background: var(--db-surface);
    border-bottom: 1px solid var(--db-border);
    color: var(--db-muted);
    font-size: var(--db-font-small);
    font-weight: 600;
  }
  .line {
    position: absolute;
    top: 0;
    left: 0;
    contain: layout style;
    background: var(--db-bg);
    border-bottom: 1px solid var(--db-border);
  }
  .line:hover {
    background: var(--db-hover);
  }
  .line.chosen {
    background: var(--db-selected);
  }
  .viewport:focus-visible .line.active {
    outline: 2px solid var(--db-focus);
    outline-offset: -2px;
  }
  .cell {
    position: relative;
    display: block;
    padding: 0 10px;
    overflow: hidden;
    line-height: calc(var(--db-row) - 1px);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .line .cell.number {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  .cell.mark {
    display: flex;
    padding: 0;
    align-items: center;
    justify-content: center;
  }
  .line .cell.mark input {
    opacity: 0.45;
  }
  .line:hover .cell.mark input,
  .line.chosen .cell.mark input,
  .line.active .cell.mark input {
    opacity: 1;
  }
  .cell.pinned {
    position: sticky;
    z-index: 2;
    background: inherit;
  }
  .cell.pinned.last {
    border-right: 1px solid var(--db-border);
  }
  .line .cell.pinned.last {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .cell.wait::after {
    content: '';
    position: absolute;
    left: 44px;
    top: 11px;
    width: 160px;
    height: 8px;
    border-radius: 4px;
    background: var(--db-border);
  }
  .head .cell {
    display: flex;
    align-items: center;
    padding: 0 0 0 10px;
  }
  .head .cell.number .title {
    justify-content: flex-end;
  }
  .title {
    flex: 1;
    min-width: 0;
    height: 100%;
    padding: 0;
    border: 0;
    background: transparent;
    font-weight: 600;
    gap: 3px;
  }
  button.title:hover:not(:disabled) {
    background: transparent;
    color: var(--db-text);
  }
  .title span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .title svg.icon {
    width: 12px;
    height: 12px;
    color: var(--db-accent);
  }
  sub {
    color: var(--db-accent);
  }
  button.more {
    width: 20px;
    height: 20px;
    margin-right: 4px;
    opacity: 0;
  }
  .head .cell:hover button.more,
  button.more:focus-visible {
    opacity: 1;
  }
  .edge {
    position: absolute;
    top: 5px;
    right: 0;
    bottom: 5px;
    width: 7px;
    border-right: 1px solid var(--db-border);
    cursor: col-resize;
    touch-action: none;
  }
  .edge:hover {
    border-right: 2px solid var(--db-accent);
  }
  .name {
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--db-text);
    cursor: pointer;
  }
  .group .name {
    font-weight: 600;
  }
  .level2 {
    width: 16px;
    flex: none;
  }
  .turn {
    width: 18px;
    height: 20px;
    flex: none;
    margin: 0 -2px 0 -6px;
  }
  .turn svg.icon {
    width: 12px;
    height: 12px;
  }
  .count {
    margin-left: auto;
    padding: 0 6px;
    border-radius: 9px;
    background: var(--db-surface);
    border: 1px solid var(--db-border);
    color: var(--db-muted);
    font-size: 11px;
    line-height: 16px;
  }
  .star {
    display: inline-flex;
    color: var(--db-series-2);
  }
  .star svg.icon {
    width: 12px;
    height: 12px;
  }
  @media (forced-colors: active) {
    .line.chosen {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
    .status {
      forced-color-adjust: none;
    }
  }
`
