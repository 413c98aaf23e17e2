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
.daybook-dot.kernel-idle { background: var(--jp-success-color1); }
.daybook-dot.kernel-busy { background: none; border: 2px solid var(--jp-brand-color1); }
.daybook-dot.kernel-dead { background: var(--jp-error-color1); border-radius: 2px; }
.daybook-kernel { cursor: default; }
.daybook-kernel button { border: 0; padding: 0 4px; }
.daybook-kernel button:hover, .daybook-kernel button:focus-visible { background: var(--jp-layout-color3); }
.daybook-stale { padding: 0 0 2px calc(var(--jp-cell-prompt-width) + var(--jp-cell-collapser-width) + 14px); font-size: var(--jp-ui-font-size0); color: var(--jp-warn-color0, var(--jp-ui-font-color2)); }
.daybook-footer { padding: 0 0 4px calc(var(--jp-cell-prompt-width) + var(--jp-cell-collapser-width) + 10px); }
.daybook-footer button { font: inherit; font-size: var(--jp-ui-font-size0); color: var(--jp-ui-font-color2); background: none; border: 0; padding: 1px 4px; border-radius: 3px; cursor: pointer; }
.daybook-footer button:hover, .daybook-footer button:focus-visible { background: var(--jp-layout-color2); color: var(--jp-ui-font-color1); }
.daybook-data-footer { display: flex; flex-direction: column; align-items: flex-start; gap: 1px; }
.daybook-finding { display: flex; align-items: baseline; gap: 8px; padding: 1px 4px; font-size: var(--jp-ui-font-size1); color: var(--jp-ui-font-color1); }
.daybook-finding b { flex: none; min-width: 34px; padding: 0 5px; border: 1px solid currentcolor; border-radius: 8px; font-size: var(--jp-ui-font-size0); text-align: center; color: var(--jp-warn-color1); }
.daybook-finding.stop b { color: var(--jp-error-color1); }
.daybook-footer .daybook-finding button { flex: none; border: 1px solid var(--jp-border-color1); color: var(--jp-ui-font-color1); }
.daybook-sidebar li .daybook-fold, .daybook-sidebar li .daybook-link { border: 0; padding: 0; text-align: left; }
.daybook-sidebar li .daybook-link:hover { text-decoration: underline; }
.daybook-sidebar li .daybook-fold { width: 14px; color: var(--jp-ui-font-color2); flex: none; }
.daybook-level { width: 8px; height: 8px; border-radius: 2px; flex: none; background: var(--jp-success-color1); }
.daybook-level.warn { background: var(--jp-warn-color1); }
.daybook-level.stop { background: var(--jp-error-color1); }
.daybook-level.info { background: var(--jp-ui-font-color3); }
.daybook-badge { min-width: 16px; padding: 0 5px; border-radius: 8px; background: var(--jp-layout-color3); font-size: var(--jp-ui-font-size0); text-align: center; }
.daybook-sidebar li.daybook-columns { display: block; padding: 0 10px 6px 38px; cursor: default; background: none; }
.daybook-columns div { display: flex; gap: 8px; align-items: baseline; }
.daybook-columns .daybook-spark { flex: none; font-family: var(--jp-code-font-family); color: var(--jp-ui-font-color2); letter-spacing: 0; }
`

/** Puts the style sheets into the page, once. */
export function addStyle(): void {
  if (document.getElementById('daybook-style') !== null) return
  const style = document.createElement('style')
  style.id = 'daybook-style'
  style.textContent = [tokens, colours, own].join('\n')
  document.head.append(style)
}
