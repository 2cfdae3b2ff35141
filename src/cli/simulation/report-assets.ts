/** The page's looks: light or dark, as the reader's system is. Colours that tell policies apart for most eyes. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1b2027; --dim: #626b77; --line: #dfe3e8; --want: #8a94a0;
  --p0: #8c959f; --p1: #d1495b; --p2: #1f6feb; --p3: #1a7f37; --p4: #9a6700; --p5: #8250df; --p6: #0f8b8d; --p7: #bf4b8a; }
@media (prefers-color-scheme: dark) { :root { --back: #14181d; --text: #e4e8ed; --dim: #98a2ae; --line: #2d343d; --want: #7d8792;
  --p0: #8b949e; --p1: #ff7b86; --p2: #6cb0ff; --p3: #56c271; --p4: #dcab43; --p5: #bc9bff; --p6: #4fc4c6; --p7: #f08cc0; } }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 0; }
p { margin: 0.2rem 0 0.8rem; color: var(--dim); }
section { margin: 2rem 0; }
.wide { overflow-x: auto; }
table.scores { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
table.scores th, table.scores td { padding: 0.25rem 0.6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
table.scores th:first-child { text-align: left; }
thead th { font-weight: 600; vertical-align: bottom; }
small { display: block; color: var(--dim); font-weight: 400; min-height: 1.5em; }
tbody th { font-weight: 500; }
i { display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.5em; border-radius: 2px; background: var(--mark, var(--dim)); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.2rem; margin: 0.6rem 0; }
dd { margin: 0; }
em { color: var(--dim); }
.plot { margin: 0.5rem 0 1rem; }
.u-legend { color: var(--text); font-size: 13px; }
.u-legend .u-marker { border-radius: 2px; }
.u-legend th::after { content: none; }
.u-legend .u-value { min-width: 4.5em; text-align: left; color: var(--dim); }
.u-select { background: color-mix(in srgb, var(--text) 12%, transparent); }
`;

/** Draws a plot into each place for one, and again when the width or the colours change. */
export const DRAW_PLOTS = `
(() => {
  const plots = JSON.parse(document.getElementById("plots").textContent);
  const names = [...new Set(plots.flatMap((plot) => plot.lines.map((line) => line.policy)))];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const markOf = (policy) => "--p" + (names.indexOf(policy) % 8);
  for (const mark of document.querySelectorAll("[data-policy]"))
    mark.style.setProperty("--mark", "var(" + markOf(mark.dataset.policy) + ")");
  const inGib = (samples) => samples.map((mib) => mib / 1024);
  const minutes = (seconds) => (seconds / 60).toFixed(0);
  function draw(place) {
    const plot = plots[Number(place.dataset.plot)];
    const axis = { stroke: colour("--dim"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    const line = (label, stroke, more) => ({ label, stroke, width: 1.5, points: { show: false }, value: (_, gib) => (gib == null ? "-" : gib.toFixed(2) + " GiB"), ...more });
    place.replaceChildren();
    new uPlot({
      width: place.clientWidth, height: 260,
      scales: { x: { time: false }, y: { range: (_, least, most) => [0, most * 1.05] } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map(minutes), incrs: [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400], label: "minutes", labelSize: 18, labelGap: 0, size: 34 },
        { ...axis, values: (_, ticks) => ticks.map((gib) => gib.toFixed(1)), size: 46, label: "GiB", labelSize: 20 },
      ],
      series: [
        { label: "minute", value: (_, seconds) => (seconds == null ? "-" : minutes(seconds)) },
        line("wanted", colour("--want"), { width: 1, fill: colour("--want") + "33" }),
        ...plot.lines.map(({ policy }) => line(policy, colour(markOf(policy)))),
      ],
    }, [plot.seconds, inGib(plot.wantedMib), ...plot.lines.map(({ heldMib }) => inGib(heldMib))], place);
  }
  const drawAll = () => document.querySelectorAll(".plot").forEach(draw);
  drawAll();
  addEventListener("resize", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
`;
