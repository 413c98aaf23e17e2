import { css } from 'lit'

/** How the pages about data look. */
export const dataStyles = css`
  .tiles {
    grid-template-columns: repeat(auto-fill, minmax(124px, 1fr));
    margin: 16px 0;
  }
  .tile {
    background: var(--db-surface);
  }
  .note {
    margin: 10px 0 0;
    padding: 6px 12px;
    border-left: 3px solid var(--db-warn);
    background: var(--db-surface);
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-bottom: 14px;
  }
  .tools input {
    flex: 1 1 220px;
    max-width: 420px;
  }
  .empty {
    padding: 24px 0;
    color: var(--db-muted);
  }
  .finding {
    margin-bottom: 8px;
    border: 1px solid var(--db-border);
    border-left: 3px solid var(--db-faint);
    border-radius: var(--db-radius);
  }
  .finding.stop {
    border-left-color: var(--db-bad);
  }
  .finding.warn {
    border-left-color: var(--db-warn);
  }
  .finding summary {
    display: flex;
    align-items: baseline;
    gap: 10px;
    padding: 9px 12px;
    cursor: pointer;
    list-style: none;
  }
  .finding summary::before {
    content: '›';
    color: var(--db-muted);
    font-weight: 700;
  }
  .finding[open] summary::before {
    transform: rotate(90deg);
  }
  .says {
    flex: 1;
    overflow-wrap: anywhere;
  }
  .finding.stop .says,
  .finding.warn .says {
    font-weight: 600;
  }
  .rule {
    color: var(--db-muted);
    font-size: var(--db-font-small);
  }
  .badge {
    flex: none;
    min-width: 42px;
    padding: 0 6px;
    border: 1px solid currentcolor;
    border-radius: 9px;
    color: var(--db-muted);
    font-size: var(--db-font-small);
    font-weight: 600;
    text-align: center;
  }
  .stop .badge {
    color: var(--db-bad);
  }
  .warn .badge {
    color: var(--db-warn);
  }
  .finding .body {
    padding: 0 14px 10px 76px;
  }
  @media (max-width: 700px) {
    .finding .body {
      padding-left: 14px;
    }
  }
  .why {
    margin: 0 0 10px;
    color: var(--db-muted);
    max-width: 80ch;
  }
  .about {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin: 0 0 10px;
  }
  .about button.chip {
    height: 20px;
  }
  .scroll {
    max-width: 100%;
    margin-bottom: 10px;
    overflow: auto;
    border: 1px solid var(--db-border);
    border-radius: var(--db-radius);
  }
  table.rows {
    width: auto;
    min-width: 100%;
    font-family: var(--db-mono);
    font-size: 12px;
  }
  .rows th,
  .rows td {
    max-width: 240px;
    padding: 3px 12px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .rows thead th {
    position: sticky;
    top: 0;
    background: var(--db-surface);
  }
  .rows tbody th {
    font-size: 12px;
    font-weight: 400;
    text-align: right;
  }
  .rows td.gone {
    color: var(--db-faint);
    font-style: italic;
  }
  .rows tbody tr:last-child > * {
    border-bottom: 0;
  }
  .fix {
    margin-bottom: 10px;
    border: 1px solid var(--db-border);
    border-radius: var(--db-radius);
    background: var(--db-surface);
  }
  .fix header {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 6px 8px 6px 12px;
  }
  .fix pre {
    margin: 0;
    padding: 8px 12px;
    overflow: auto;
    border-top: 1px solid var(--db-border);
  }
  .fix button {
    height: 24px;
  }
  .accepted {
    margin-top: 18px;
    color: var(--db-muted);
  }
  .accepted summary {
    cursor: pointer;
  }
  .list {
    margin-bottom: 14px;
    border-top: 1px solid var(--db-border);
  }
  .column {
    border-bottom: 1px solid var(--db-border);
  }
  .column .line {
    display: grid;
    grid-template-columns: minmax(110px, 1.2fr) 76px 128px 140px minmax(0, 2fr) 84px;
    align-items: center;
    gap: 12px;
    width: 100%;
    height: auto;
    min-height: 36px;
    padding: 4px 8px;
    border: 0;
    border-radius: 0;
    background: transparent;
    text-align: left;
  }
  @media (max-width: 900px) {
    .column .line {
      grid-template-columns: minmax(90px, 1fr) 70px 128px 120px 84px;
    }
    .column .line .facts {
      display: none;
    }
  }
  .column .name {
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
  }
  .column .kind,
  .column .line .facts {
    margin: 0;
    overflow: hidden;
    color: var(--db-muted);
    font-size: var(--db-font-small);
    text-overflow: ellipsis;
    display: block;
  }
  .column .missing {
    display: flex;
    align-items: center;
    gap: 6px;
    font-size: var(--db-font-small);
  }
  .column .count {
    text-align: right;
    color: var(--db-warn);
    font-size: var(--db-font-small);
  }
  .picture {
    display: block;
    height: 24px;
  }
  svg.bars {
    display: block;
    max-width: 100%;
    fill: var(--db-series-1);
  }
  .meter {
    display: inline-block;
    width: 48px;
    height: 8px;
    border: 1px solid var(--db-border);
    background: var(--db-surface);
  }
  .meter i {
    display: block;
    height: 100%;
    background: var(--db-series-2);
  }
  .details {
    display: grid;
    grid-template-columns: minmax(0, 480px) minmax(0, 1fr);
    gap: 12px 32px;
    padding: 6px 8px 18px;
  }
  @media (max-width: 820px) {
    .details {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  .details figure {
    margin: 0;
  }
  .details svg.bars {
    width: 100%;
  }
  .details figcaption {
    display: flex;
    justify-content: space-between;
    border-top: 1px solid var(--db-border-strong);
    color: var(--db-muted);
    font-size: var(--db-font-small);
  }
  .details .numbers {
    display: flex;
    flex-wrap: wrap;
    gap: 0 32px;
    align-items: start;
  }
  .details dl {
    flex: 1 1 180px;
    max-width: 280px;
  }
  .details ul {
    grid-column: 1 / -1;
    margin: 0;
    padding-left: 18px;
    color: var(--db-muted);
  }
  .values {
    display: grid;
    grid-template-columns: minmax(60px, max-content) minmax(60px, 1fr) auto auto;
    align-items: center;
    align-content: start;
    gap: 3px 10px;
  }
  .values .meter {
    width: 100%;
  }
  .values .meter i {
    background: var(--db-series-1);
  }
  .values .value {
    max-width: 180px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .values .number {
    font-size: var(--db-font-small);
    font-variant-numeric: tabular-nums;
    text-align: right;
  }
  .pager {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .data {
    display: grid;
    grid-template-columns: minmax(140px, 1.4fr) 120px minmax(80px, 1fr) 110px;
    gap: 4px 14px;
    padding: 10px 4px;
    border-bottom: 1px solid var(--db-border);
  }
  .data > button.link {
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
  }
  .data ul {
    grid-column: 1 / -1;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .data li {
    padding: 2px 0;
  }
`
