/** How a page looks: by day and by night, on paper, without a script. */

export const STYLE: string = `
:root { color-scheme: light dark; --back: #fff; --fore: #1c2024; --soft: #60646c; --line: #d9dde3; --box: #f6f8fa;
  --good: #1a7f37; --good-box: #dafbe1; --bad: #c4232d; --bad-box: #ffebe9; --warn: #8a5a00; --warn-box: #fff3cd;
  --link: #0b5cad; --cached: #6639ba; --cached-box: #f1e8ff; --off-box: #eceef1; }
@media (prefers-color-scheme: dark) {
  :root { --back: #15181c; --fore: #e4e7eb; --soft: #9aa2ad; --line: #353b44; --box: #1d2127;
    --good: #4cc36a; --good-box: #12331d; --bad: #ff7b72; --bad-box: #47181b; --warn: #e3b341; --warn-box: #3b2e08;
    --link: #6cb6ff; --cached: #c297ff; --cached-box: #2e2148; --off-box: #272c33; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 90rem; background: var(--back); color: var(--fore);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 .6rem; }
h3 { font-size: .95rem; margin: 1rem 0 .3rem; color: var(--soft); }
a { color: var(--link); }
code, pre, .mono { font: 13px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { margin: 0; padding: .6rem .8rem; background: var(--box); border: 1px solid var(--line); border-radius: 6px;
  overflow: auto; max-height: 30rem; white-space: pre; tab-size: 4; }
td pre { max-height: 12rem; }
table { border-collapse: collapse; font-size: 14px; }
th, td { border: 1px solid var(--line); padding: .2rem .5rem; text-align: left; vertical-align: top; }
th { background: var(--box); font-weight: 600; }
td { max-width: 40rem; overflow-wrap: anywhere; }
.scroll { overflow: auto; max-height: 75vh; border: 1px solid var(--line); border-radius: 6px; }
.value { overflow: auto; max-height: 30rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .8rem 0; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.note { color: var(--soft); font-size: 14px; margin: .3rem 0; }
.number { color: var(--fore); } .text { white-space: pre-wrap; }
.badge { display: inline-block; padding: 0 .5rem; border-radius: 1rem; font-size: 13px; font-weight: 600; white-space: nowrap;
  background: var(--off-box); color: var(--soft); }
.badge.succeeded { background: var(--good-box); color: var(--good); }
.badge.failed { background: var(--bad-box); color: var(--bad); }
.badge.cancelled, .badge.interrupted, .badge.running, .badge.retrying, .badge.pending, .badge.parked { background: var(--warn-box); color: var(--warn); }
.badge.cached { background: var(--cached-box); color: var(--cached); }
.failure { border-left: 4px solid var(--bad); padding: .2rem .8rem; margin: .5rem 0; background: var(--bad-box); border-radius: 0 6px 6px 0; }
.failure pre { background: none; border: 0; padding: .2rem 0; }
.graph { display: block; } .graph text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: var(--fore);
  paint-order: stroke; stroke: var(--back); stroke-width: 2px; stroke-linejoin: round; stroke-opacity: .6; }
.graph a { text-decoration: none; } .graph .kind { text-anchor: end; fill: var(--soft); font-size: 11px; }
.node { fill: var(--off-box); stroke: var(--soft); }
.node.succeeded { fill: var(--good-box); stroke: var(--good); } .node.failed { fill: var(--bad-box); stroke: var(--bad); }
.node.cached { fill: var(--cached-box); stroke: var(--cached); }
.node.cancelled, .node.running, .node.retrying, .node.pending { fill: var(--warn-box); stroke: var(--warn); }
.node.open { fill-opacity: .35; }
.node.skipped, .node.waiting { stroke-dasharray: 4 3; }
.edge { fill: none; stroke: var(--line); stroke-width: 1.5; } .edge.critical { stroke: var(--warn); stroke-width: 3; }
.times { width: 100%; border-collapse: collapse; }
.times td { border: 0; padding: 0 .5rem; white-space: nowrap; vertical-align: middle; }
.times td.name { width: 1%; max-width: 16rem; overflow: hidden; text-overflow: ellipsis; }
.times td.took { width: 1%; text-align: right; } .times tr:nth-child(odd) { background: var(--box); }
.times svg { display: block; }
.bar { fill: var(--soft); } .bar.succeeded { fill: var(--good); } .bar.failed { fill: var(--bad); }
.bar.cached { fill: var(--cached); } .bar.cancelled, .bar.running, .bar.pending { fill: var(--warn); }
.on-path .name { font-weight: 600; } .on-path .name::after { content: " \\25c6"; color: var(--warn); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; }
details > :not(summary) { margin-left: .9rem; margin-right: .9rem; } details > :last-child { margin-bottom: .9rem; }
summary { padding: .35rem .8rem; cursor: pointer; } summary .note { float: right; margin: 0; }
details > .facts, details > .failure { margin: .5rem .9rem; }
details:target { outline: 2px solid var(--link); }
.stderr { color: var(--bad); }
@media print { .scroll, pre, .value { max-height: none; overflow: visible; } body { max-width: none; } }
`;
