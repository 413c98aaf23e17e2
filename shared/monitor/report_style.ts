/** How every report looks that is one file: light and dark, on paper too. */
export const reportStyle = `
:root{color-scheme:light dark;--text:#1c2024;--quiet:#60646c;--page:#fcfcfd;--card:#fff;--line:#e3e4e8;--now:#5b8def;--before:#1c2024;--drift:#c2410c;--possible:#a16207;--no:#4d7c0f}
@media (prefers-color-scheme:dark){:root{--text:#e6e8eb;--quiet:#9ba1a9;--page:#16181b;--card:#1e2125;--line:#33373d;--now:#4a78d0;--before:#f1f3f5;--drift:#fb923c;--possible:#facc15;--no:#a3e635}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--text);font:14px/1.5 system-ui,sans-serif}
main{max-width:960px;margin:0 auto;padding:32px 20px 64px}h1{font-size:22px;line-height:1.35;margin:0 0 12px;font-weight:600}
h2{font-size:15px;margin:0 0 4px}p{margin:0 0 6px}.quiet{color:var(--quiet);font-size:12.5px}.sides{margin-bottom:6px}
.key{display:inline-block;font-size:12px;padding-left:18px;margin:0 4px 0 10px;position:relative}.key:first-child{margin-left:0}
.key::before{content:"";position:absolute;left:0;top:6px;width:12px;height:8px}.now-key::before{background:var(--now)}.before-key::before{border-top:2px solid var(--before);top:9px}
nav{display:flex;flex-wrap:wrap;gap:14px;align-items:center;margin:18px 0;padding:10px 0;border-block:1px solid var(--line)}
nav input[type=search]{margin-left:auto;font:inherit;padding:4px 8px;border:1px solid var(--line);border-radius:6px;background:var(--card);color:inherit}
section{display:flex;flex-wrap:wrap;gap:20px;justify-content:space-between;background:var(--card);border:1px solid var(--line);border-left:3px solid var(--line);border-radius:8px;padding:14px 16px;margin-bottom:12px}
section[hidden]{display:none}.words{flex:1 1 320px}.picture svg{max-width:100%;height:auto}
section.drift{border-left-color:var(--drift)}section.possible{border-left-color:var(--possible)}section.no{border-left-color:var(--no)}
.badge{font-size:11.5px;font-weight:500;margin-left:6px;color:var(--quiet)}.drift .badge{color:var(--drift)}.possible .badge{color:var(--possible)}.no .badge{color:var(--no)}
table{border-collapse:collapse;font-size:12.5px;font-variant-numeric:tabular-nums;margin-top:4px}th{font-weight:400;color:var(--quiet);text-align:left;padding-right:16px}td{padding-right:18px;text-align:right}thead th{text-align:right;padding-right:18px}
svg text{fill:var(--quiet);font-size:11px}svg .now{fill:var(--now);opacity:.75}svg .before{stroke:var(--before);stroke-width:2;fill:none}.schema{margin:6px 0 0;padding-left:18px}
`
