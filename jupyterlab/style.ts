import tokens from '../media/tokens.css'
import colours from '../media/jupyterlab.css'

const own = `
.daybook-page > * { height: 100%; }
.daybook-sidebar { display: flex; flex-direction: column; background: var(--jp-layout-color1); color: var(--jp-ui-font-color1); font-size: var(--jp-ui-font-size1); min-width: 220px; overflow: auto; }
.daybook-sidebar header { padding: 8px 10px; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: none; }
.daybook-section { border-top: 1px solid var(--jp-border-color2); flex: none; }
.daybook-section > summary { padding: 5px 10px; cursor: pointer; font-size: var(--jp-ui-font-size0); font-weight: 600; text-transform: uppercase; letter-spacing: 0.4px; }
.daybook-section > summary:hover, .daybook-section > summary:focus-visible { background: var(--jp-layout-color2); outline: none; }
.daybook-actions { display: flex; gap: 6px; padding: 2px 10px 4px; }
.daybook-sidebar button { font: inherit; color: inherit; background: none; border: 1px solid var(--jp-border-color1); border-radius: 3px; padding: 2px 8px; cursor: pointer; }
.daybook-sidebar button:disabled { color: var(--jp-ui-font-color3); cursor: default; }
.daybook-sidebar ul { list-style: none; margin: 0; padding: 2px 0 6px; }
.daybook-sidebar ul:empty { display: none; }
.daybook-sidebar li { display: flex; align-items: center; gap: 7px; padding: 4px 10px; cursor: pointer; }
.daybook-sidebar li:hover, .daybook-sidebar li:focus-visible { background: var(--jp-layout-color2); outline: none; }
.daybook-sidebar li .name { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.daybook-sidebar li .quiet, .daybook-sidebar p.quiet { color: var(--jp-ui-font-color2); font-size: var(--jp-ui-font-size0); }
.daybook-sidebar p { padding: 0 12px; line-height: 1.5; }
.daybook-dot { width: 8px; height: 8px; border-radius: 50%; background: var(--jp-ui-font-color3); flex: none; }
.daybook-dot.FINISHED { background: var(--jp-success-color1); }
.daybook-dot.FAILED { background: var(--jp-error-color1); border-radius: 2px; }
.daybook-dot.KILLED { background: var(--jp-warn-color1); border-radius: 2px; }
.daybook-dot.RUNNING { background: none; border: 2px solid var(--jp-brand-color1); }
.daybook-footer { padding: 0 0 4px calc(var(--jp-cell-prompt-width) + var(--jp-cell-collapser-width) + 10px); }
.daybook-footer button { font: inherit; font-size: var(--jp-ui-font-size0); color: var(--jp-ui-font-color2); background: none; border: 0; padding: 1px 4px; border-radius: 3px; cursor: pointer; }
.daybook-footer button:hover, .daybook-footer button:focus-visible { background: var(--jp-layout-color2); color: var(--jp-ui-font-color1); }
`

/** Puts the style sheets into the page, once. */
export function addStyle(): void {
  if (document.getElementById('daybook-style') !== null) return
  const style = document.createElement('style')
  style.id = 'daybook-style'
  style.textContent = [tokens, colours, own].join('\n')
  document.head.append(style)
}
