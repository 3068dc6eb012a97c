/** How the page of a report looks: by day and by night, wide and narrow, on paper. */

/** A style sheet. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --quiet: #5b6675; --paper: #fff; --rule: #d3d9e0; --stay: #e3e8ee;
  --decided: #2f8f6b; --lagged: #d9a21b; --skipped: #9fb4c7; --failed: #c4412f; --proposal: #3d6fb4; --vote: #7a4fb0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --quiet: #9aa6b5; --paper: #14181e; --rule: #3a4450;
  --stay: #2a323c; --decided: #3aa57d; --failed: #e0604d; --proposal: #6c9be0; --vote: #a880dc; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 18px; margin: 28px 0 4px; }
h3 { font-size: 15px; margin: 26px 0 6px; } h4 { font-size: 14px; margin: 0; }
.lead { font-size: 17px; margin: 4px 0 16px; } .quiet { color: var(--quiet); margin: 0 0 8px; } .foot { margin-top: 32px; }
.good { color: var(--decided); } .bad { color: var(--failed); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 10px 24px; margin: 0; }
dt { color: var(--quiet); font-size: 13px; } dd { margin: 0; overflow-wrap: anywhere; }
.chart { display: flex; } .plot { flex: 1; min-width: 0; overflow: visible; } .gutter { flex: none; }
svg text { font: 12px system-ui, sans-serif; fill: var(--quiet); } .axis { stroke: var(--rule); }
.decided { fill: var(--decided); background: var(--decided); } .lagged { fill: var(--lagged); background: var(--lagged); }
.skipped { fill: var(--skipped); background: var(--skipped); } .failed { fill: var(--failed); background: var(--failed); }
.proposal { fill: var(--proposal); background: var(--proposal); } .vote { fill: var(--vote); background: var(--vote); }
.commit { fill: var(--ink); background: var(--ink); } .stay { fill: var(--stay); }
.mark { stroke: var(--paper); stroke-width: 1.5; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 0; margin: 0 0 8px; font-size: 13px; }
.legend i { display: inline-block; width: 11px; height: 11px; margin-right: 6px; vertical-align: -1px; border-radius: 2px; }
.told { border: 1px solid var(--rule); border-radius: 6px; padding: 12px 14px; margin: 0 0 12px; break-inside: avoid; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { color: var(--quiet); font-weight: 500; white-space: nowrap; } td:first-child { white-space: nowrap; }
rect { shape-rendering: crispEdges; } summary { cursor: pointer; color: var(--quiet); font-size: 13px; }
pre { overflow-x: auto; font: 12px/1.45 ui-monospace, monospace; margin: 8px 0 0; }
`;
