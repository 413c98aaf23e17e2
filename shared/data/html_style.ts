/** The look of a report, light and dark. */
export const reportStyle = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2128;--dim:#59636e;--line:#d9dee4;--card:#f6f8fa;--bar:#4878b0;--stop:#c0362c;--warn:#9a6700;--info:#59636e;--code:#eef1f4}
@media (prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e3e7ec;--dim:#98a2ad;--line:#30363d;--card:#1c2127;--bar:#6ea3dd;--stop:#ff7b72;--warn:#e3b341;--info:#98a2ad;--code:#242a31}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 24px 80px}h1{font-size:26px;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:18px;margin:40px 0 12px}
.sub,.why,.more,.ends,.facts{color:var(--dim)}.tiles{display:flex;flex-wrap:wrap;gap:12px;margin:20px 0}.tile{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 16px;min-width:110px}.tile b{display:block;font-size:22px;font-weight:600}.tile span{color:var(--dim);font-size:13px}
.tools{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0}.tools input{flex:1 1 220px;padding:7px 10px;border:1px solid var(--line);border-radius:6px;background:var(--bg);color:var(--fg);font:inherit}.tools label{display:flex;align-items:center;gap:5px;padding:4px 10px;border:1px solid var(--line);border-radius:6px;cursor:pointer;white-space:nowrap;color:var(--fg)}
details.finding{border:1px solid var(--line);border-left-width:4px;border-radius:6px;margin:8px 0;background:var(--card)}details.finding>summary{padding:10px 14px;cursor:pointer;list-style:none;display:flex;gap:10px;align-items:baseline}details.finding>summary::-webkit-details-marker{display:none}
.stop{border-left-color:var(--stop)!important}.warn{border-left-color:var(--warn)!important}.info{border-left-color:var(--line)!important}.says{flex:1;overflow-wrap:anywhere}.badge{font-size:12px;font-weight:600;min-width:38px}.stop .badge{color:var(--stop)}.warn .badge{color:var(--warn)}.info .badge{color:var(--info)}.rule{color:var(--dim);font-size:12px;font-family:ui-monospace,monospace;white-space:nowrap}
.body{padding:0 14px 14px 62px}.body p{margin:0 0 10px}pre{background:var(--code);border-radius:6px;padding:10px 12px;overflow:auto;margin:6px 0 10px;font:13px/1.45 ui-monospace,SFMono-Regular,Consolas,monospace}.fix{display:flex;justify-content:space-between;align-items:center;font-weight:600;font-size:13px}.fix button{font:inherit;font-weight:400;border:1px solid var(--line);border-radius:5px;background:var(--bg);color:var(--fg);padding:2px 10px;cursor:pointer}
.scroll{overflow-x:auto;margin-bottom:10px}table{border-collapse:collapse;font-size:13px}th,td{text-align:left;padding:4px 10px;border-bottom:1px solid var(--line);white-space:nowrap;max-width:260px;overflow:hidden;text-overflow:ellipsis}th{color:var(--dim);font-weight:500}td.gone{color:var(--dim);font-style:italic}
.columns{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:14px}.column{border:1px solid var(--line);border-radius:8px;padding:12px 14px;background:var(--card);min-width:0}.column h3{font-size:15px;margin:0;overflow-wrap:anywhere}.kind{color:var(--dim);font-weight:400;font-size:12px}
.chart{width:100%;height:56px;display:block;margin-top:8px}.chart rect{fill:var(--bar)}.ends{display:flex;justify-content:space-between;font-size:12px}.facts{font-size:12.5px;margin-top:6px}.bar{display:flex;gap:8px;align-items:center;font-size:12.5px;margin-top:4px}.bar-name{flex:0 0 42%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.bar-box{flex:1;height:9px}.bar-box span{display:block;height:100%;background:var(--bar);border-radius:2px;min-width:1px}.bar-count{flex:0 0 52px;text-align:right;color:var(--dim)}.more{font-size:12px;margin-top:4px}
.note{border:1px solid var(--warn);border-radius:6px;padding:8px 12px;margin:10px 0}.hidden{display:none!important}footer{color:var(--dim);font-size:13px;margin-top:48px}
@media (max-width:560px){.body{padding-left:14px}.rule{display:none}}
`

/** Filtering and copying; the report is whole without it. */
export const reportScript = `
const find=document.getElementById('find'),levels=[...document.querySelectorAll('[data-level-choice]')];
function filter(){const words=find.value.toLowerCase().split(/\\s+/).filter(Boolean),on=new Set(levels.filter(b=>b.checked).map(b=>b.value));
for(const e of document.querySelectorAll('[data-words]')){const text=e.dataset.words;const hit=words.every(w=>text.includes(w))&&(!e.dataset.level||on.has(e.dataset.level));e.classList.toggle('hidden',!hit)}}
find.addEventListener('input',filter);for(const b of levels)b.addEventListener('change',filter);
document.addEventListener('click',async e=>{const b=e.target.closest('[data-copy]');if(!b)return;await navigator.clipboard.writeText(b.closest('.fix').nextElementSibling.textContent);b.textContent='Copied';setTimeout(()=>b.textContent='Copy',1200)});
`
