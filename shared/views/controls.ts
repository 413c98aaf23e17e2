import { css } from 'lit'

/** How plain elements look in every view: buttons, fields, menus, chips, tables. Colours come from the tokens. */
export const controls = css`
  :host {
    box-sizing: border-box;
    font-family: var(--db-font);
    font-size: var(--db-font-size);
    line-height: 1.45;
    color: var(--db-text);
    background: var(--db-bg);
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  button,
  select,
  input,
  textarea {
    font: inherit;
    color: inherit;
  }
  button {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    height: 28px;
    padding: 0 10px;
    border: 1px solid var(--db-border-strong);
    border-radius: var(--db-radius);
    background: var(--db-raised);
    white-space: nowrap;
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    background: var(--db-hover);
  }
  button:disabled {
    color: var(--db-faint);
    cursor: default;
  }
  button.primary {
    border-color: var(--db-accent);
    background: var(--db-accent);
    color: var(--db-on-accent);
    font-weight: 600;
  }
  button.primary:hover:not(:disabled) {
    background: var(--db-accent);
    filter: brightness(1.08);
  }
  button.quiet {
    border-color: transparent;
    background: transparent;
  }
  button.quiet:hover:not(:disabled) {
    background: var(--db-hover);
  }
  button.icon {
    width: 28px;
    padding: 0;
    justify-content: center;
  }
  button.danger {
    color: var(--db-bad);
  }
  button[aria-pressed='true'] {
    border-color: var(--db-accent);
    color: var(--db-accent);
  }
  select,
  input:not([type='checkbox'], [type='range'], [type='radio']),
  textarea {
    height: 28px;
    padding: 0 8px;
    border: 1px solid var(--db-border-strong);
    border-radius: var(--db-radius);
    background: var(--db-raised);
  }
  select {
    padding-right: 4px;
  }
  textarea {
    height: auto;
    padding: 8px;
    line-height: 1.5;
  }
  input[type='checkbox'],
  input[type='range'] {
    accent-color: var(--db-accent);
    margin: 0;
  }
  ::placeholder {
    color: var(--db-faint);
  }
  :focus-visible {
    outline: 2px solid var(--db-focus);
    outline-offset: -1px;
  }
  a {
    color: var(--db-accent);
    text-decoration: none;
  }
  a:hover {
    text-decoration: underline;
  }
  svg.icon {
    width: 15px;
    height: 15px;
    fill: none;
    stroke: currentcolor;
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
    flex: none;
  }
  code,
  pre,
  .mono {
    font-family: var(--db-mono);
    font-size: 0.93em;
  }
  .muted {
    color: var(--db-muted);
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    height: 20px;
    padding: 0 7px;
    border: 1px solid var(--db-border);
    border-radius: 10px;
    background: var(--db-surface);
    font-size: var(--db-font-small);
    white-space: nowrap;
  }
  .menu {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 5px;
    max-height: 70vh;
    min-width: 190px;
    overflow: auto;
    border: 1px solid var(--db-border-strong);
    border-radius: var(--db-radius);
    background: var(--db-raised);
    color: var(--db-text);
    box-shadow: var(--db-shadow);
  }
  .menu button {
    display: flex;
    width: 100%;
    border-color: transparent;
    background: transparent;
    justify-content: flex-start;
  }
  .menu button:hover,
  .menu button:focus-visible {
    background: var(--db-hover);
  }
  .menu hr {
    margin: 5px 0;
    border: 0;
    border-top: 1px solid var(--db-border);
  }
  .menu h4 {
    margin: 8px 8px 4px;
    color: var(--db-muted);
    font-size: var(--db-font-small);
    font-weight: 600;
  }
  .status {
    display: inline-block;
    width: 8px;
    height: 8px;
    border-radius: 50%;
    flex: none;
    background: var(--db-faint);
  }
  .status.FINISHED {
    background: var(--db-good);
  }
  .status.FAILED {
    background: var(--db-bad);
    border-radius: 2px;
  }
  .status.KILLED {
    background: var(--db-warn);
    border-radius: 2px;
  }
  .status.RUNNING,
  .status.SCHEDULED {
    border: 2px solid var(--db-running);
    background: transparent;
  }
  .status.RUNNING {
    border-right-color: transparent;
    animation: turn 1s linear infinite;
  }
  @keyframes turn {
    to {
      transform: rotate(360deg);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .status.RUNNING {
      animation: none;
    }
  }
  .problem {
    padding: 8px 12px;
    border-left: 3px solid var(--db-bad);
    background: var(--db-surface);
  }
  .hidden-label {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`
