import { escaped, htmlPage, section } from "../html/page.ts";
import { type Plot, plotPlace } from "../html/plots.ts";
import type { DescribedPolicy } from "../ports.ts";
import { rounded } from "./json.ts";
import { doesHarm, type Result, type ScenarioResults, type Terms } from "./run.ts";
import { SCORE_COLUMNS } from "./table.ts";

/** What a report says. */
export interface Report extends Pick<Terms, "seed" | "minutes"> {
  readonly version: string;
  readonly policies: readonly DescribedPolicy[];
  readonly compared: readonly ScenarioResults[];
  readonly together: readonly Result[];
}

/** The report as one page that needs nothing else. */
export function reportPage(report: Report): string {
  const { compared, together, policies } = report;
  const names = policies.map(({ name }) => name);
  const sections = [
    ...(compared.length > 1 ? [section("All scenarios together", "", scoreTable(together, names))] : []),
    section("What the policies do", "", policyList(policies)),
    ...compared.map(({ scenario, results }, nth) =>
      section(scenario.name, scenario.summary, plotPlace(nth) + scoreTable(results, names)),
    ),
    section("What the columns mean", "", columnList()),
  ];
  const plots = compared.map(({ results }) => plotOf(results, names));
  const title = "selfballoon compare";
  return htmlPage({
    title,
    heading: "Policies side by side",
    about: `${terms(report)} ${HOW_TO_READ}`,
    sections,
    plots,
  });
}

function plotOf(results: readonly Result[], names: readonly string[]): Plot {
  const { seconds = [], wantedMib = [] } = results[0]?.series ?? {};
  const lines = results.map(({ policy, series }) => {
    return { label: policy, colour: colourOf(policy, names), mib: series.heldMib.map(rounded) };
  });
  return {
    time: "run",
    seconds,
    area: { label: "wanted", mib: wantedMib.map(rounded) },
    lines,
    marks: [],
    words: null,
  };
}

const HOW_TO_READ =
  "Small is good, but for what is saved. In colour: something was killed, or programs were short of memory for more than " +
  "1 % of the time; what such a policy saves, the programs pay for. In the plots the grey area is what the programs " +
  "wanted, hot files included: a line below it lacks memory.";

/** Policies have the page's colours in turn. */
function colourOf(policy: string, names: readonly string[]): string {
  return `--p${names.indexOf(policy) % COLOURS}`;
}

const COLOURS = 8;

function markOf(policy: string, names: readonly string[]): string {
  const name = escaped(policy);
  return `<i data-policy="${name}" style="--mark:var(${colourOf(policy, names)})"></i>${name}`;
}

function terms({ version, seed, minutes, compared }: Report): string {
  const scenarios = compared.length === 1 ? "1 scenario" : `${compared.length} scenarios`;
  return `selfballoon ${version}, ${scenarios}, ${minutes} minutes on the virtual clock each, seed ${seed}. Guests and time are simulated.`;
}

function scoreTable(results: readonly Result[], names: readonly string[]): string {
  const headings = SCORE_COLUMNS.map(
    ({ heading, unit, meaning }) =>
      `<th title="${escaped(meaning)}">${escaped(heading)}<small>${escaped(unit)}</small></th>`,
  );
  const rows = results.map((result) => {
    const cells = SCORE_COLUMNS.map((column) => `<td>${grouped(column.text(result))}</td>`);
    const harm = doesHarm(result.score) ? ' class="harm"' : "";
    return `<tr${harm}><th scope="row">${markOf(result.policy, names)}</th>${cells.join("")}</tr>`;
  });
  return `<div class="wide"><table><thead><tr><th>policy</th>${headings.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function policyList(policies: readonly DescribedPolicy[]): string {
  const names = policies.map(({ name }) => name);
  const rows = policies.map(({ name, summary, source }) => {
    const reading = source === "" ? "" : ` <em>Our reading of ${escaped(source)}.</em>`;
    return `<dt>${markOf(name, names)}</dt><dd>${escaped(summary)}${reading}</dd>`;
  });
  return `<dl>${rows.join("")}</dl>`;
}

function columnList(): string {
  const rows = SCORE_COLUMNS.map(
    ({ heading, unit, meaning }) =>
      `<dt>${escaped(heading)}</dt><dd>${escaped(meaning)}${unit === "" ? "" : ` (${escaped(unit)})`}</dd>`,
  );
  return `<dl>${rows.join("")}</dl>`;
}

/** A number with its thousands set apart. */
function grouped(number: string): string {
  return number.replace(/\B(?=(\d{3})+(?!\d)(?!.*\.))|\B(?=(\d{3})+\.)/g, "\u202f");
}
