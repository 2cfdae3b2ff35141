/** A page's looks: light or dark, as the reader's system is. Colours of lines that most eyes tell apart. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --back: #fff; --card: #f6f8fa; --text: #1b2027; --dim: #626b77; --line: #dfe3e8; --want: #8a94a0;
  --p0: #8c959f; --p1: #d1495b; --p2: #1f6feb; --p3: #1a7f37; --p4: #9a6700; --p5: #8250df; --p6: #0f8b8d; --p7: #bf4b8a; }
@media (prefers-color-scheme: dark) { :root { --back: #14181d; --card: #1b2128; --text: #e4e8ed; --dim: #98a2ae; --line: #2d343d; --want: #7d8792;
  --p0: #8b949e; --p1: #ff7b86; --p2: #6cb0ff; --p3: #56c271; --p4: #dcab43; --p5: #bc9bff; --p6: #4fc4c6; --p7: #f08cc0; } }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 0; overflow-wrap: anywhere; }
p { margin: 0.2rem 0 0.8rem; color: var(--dim); }
section { margin: 2rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, .words { text-align: left; }
td.words { white-space: normal; }
thead th { font-weight: 600; vertical-align: bottom; }
small { display: block; color: var(--dim); font-weight: 400; min-height: 1.5em; }
tbody th { font-weight: 500; }
i { display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.5em; border-radius: 2px; background: var(--mark, var(--dim)); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.2rem; margin: 0.6rem 0; }
dd { margin: 0; }
em { color: var(--dim); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.8rem; margin: 1.2rem 0; padding: 0; list-style: none; }
.tiles li { padding: 0.6rem 0.9rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: var(--dim); }
.tiles b { display: block; font-size: 1.35rem; color: var(--text); }
.warning { color: var(--p4); }
.harm td { color: var(--p1); }
.plot { margin: 0.5rem 0 1rem; }
.u-legend { color: var(--text); font-size: 13px; text-align: left; }
.u-legend th, .u-legend td { border: 0; padding: 0.1rem 0.25rem; }
.u-legend .u-marker { border-radius: 2px; }
.u-legend th::after { content: none; }
.u-legend .u-value { min-width: 4.5em; text-align: left; color: var(--dim); }
.u-select { background: color-mix(in srgb, var(--text) 12%, transparent); }
`;
