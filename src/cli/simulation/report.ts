import type { DescribedPolicy } from "../ports.ts";
import { rounded } from "./json.ts";
import { DRAW_PLOTS, PAGE_STYLE } from "./report-assets.ts";
import type { Result, ScenarioResults, Terms } from "./run.ts";
import { SCORE_COLUMNS } from "./table.ts";
import { UPLOT } from "./uplot.ts";

/** What a report tells. */
export interface Report extends Terms {
  readonly version: string;
  readonly policies: readonly DescribedPolicy[];
  readonly compared: readonly ScenarioResults[];
  readonly together: readonly Result[];
}

/** The report as one page that needs nothing else: tables, plots and the library that draws them. */
export function reportPage(report: Report): string {
  const { compared, together, policies } = report;
  const plots = compared.map(({ results }) => ({
    seconds: results[0]?.series.seconds ?? [],
    wantedMib: results[0]?.series.wantedMib.map(rounded) ?? [],
    lines: results.map(({ policy, series }) => ({ policy, heldMib: series.heldMib.map(rounded) })),
  }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>selfballoon compare</title>
<style>${UPLOT.style}</style>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>Policies side by side</h1>
<p>${terms(report)}</p>
</header>
${compared.length > 1 ? section("All scenarios together", "", scoreTable(together)) : ""}
${compared.map(({ scenario, results }, nth) => section(scenario.name, scenario.summary, `<div class="plot" data-plot="${nth}"></div>${scoreTable(results)}`)).join("\n")}
${section("What the policies do", "", policyList(policies))}
${section("What the columns mean", "", columnList())}
<footer><p>Plots are drawn by uPlot, Copyright (c) Leon Sorokin, MIT licence, which this file holds.</p></footer>
<script>${UPLOT.script}</script>
<script type="application/json" id="plots">${JSON.stringify(plots).replaceAll("<", "\\u003c")}</script>
<script>${DRAW_PLOTS}</script>
</body>
</html>
`;
}

function terms({ version, seed, minutes, compared }: Report): string {
  const scenarios = compared.length === 1 ? "1 scenario" : `${compared.length} scenarios`;
  return `selfballoon ${escaped(version)}, ${scenarios}, ${minutes} minutes on the virtual clock each, seed ${seed}. Guests and time are simulated.`;
}

function section(title: string, summary: string, body: string): string {
  const text = summary === "" ? "" : `<p>${escaped(summary)}</p>`;
  return `<section><h2>${escaped(title)}</h2>${text}${body}</section>`;
}

function scoreTable(results: readonly Result[]): string {
  const headings = SCORE_COLUMNS.map(
    ({ heading, unit, meaning }) =>
      `<th title="${escaped(meaning)}">${escaped(heading)}<small>${escaped(unit)}</small></th>`,
  );
  const rows = results.map((result) => {
    const cells = SCORE_COLUMNS.map((column) => `<td>${grouped(column.text(result))}</td>`);
    return `<tr><th scope="row"><i data-policy="${escaped(result.policy)}"></i>${escaped(result.policy)}</th>${cells.join("")}</tr>`;
  });
  return `<div class="wide"><table class="scores"><thead><tr><th>policy</th>${headings.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function policyList(policies: readonly DescribedPolicy[]): string {
  const rows = policies.map(({ name, summary, source }) => {
    const reading = source === "" ? "" : ` <em>Our reading of ${escaped(source)}.</em>`;
    return `<dt><i data-policy="${escaped(name)}"></i>${escaped(name)}</dt><dd>${escaped(summary)}${reading}</dd>`;
  });
  return `<dl>${rows.join("")}</dl>`;
}

function columnList(): string {
  const rows = SCORE_COLUMNS.map(
    ({ heading, unit, meaning }) =>
      `<dt>${escaped(heading)}</dt><dd>${escaped(meaning)}${unit === "" ? "" : `, in ${escaped(unit)}`}</dd>`,
  );
  return `<dl>${rows.join("")}</dl>`;
}

/** A number with its thousands set apart. */
function grouped(number: string): string {
  return number.replace(/\B(?=(\d{3})+(?!\d)(?!.*\.))|\B(?=(\d{3})+\.)/g, "\u202f");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
