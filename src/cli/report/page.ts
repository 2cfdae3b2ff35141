import { REASONS } from "../../core/reasons.ts";
import { SENTENCE_LENGTH, shownGuest, shownText } from "../../core/shown-text.ts";
import { bytesText } from "../../view/amounts.ts";
import { reasonLabel } from "../../view/reason-words.ts";
import { escaped, htmlPage, section } from "../html/page.ts";
import { plotPlace } from "../html/plots.ts";
import type { GuestFigures, ReportFigures, Sums } from "./figures.ts";
import { guestPlot, hostPlot } from "./plots.ts";
import type { Tally } from "./tally.ts";
import { aboutText, badText, momentText, overTimeText, SUM_COLUMNS, warnings } from "./words.ts";

/** Guests that have a plot of their own; the table has all. */
const MAX_PLOTS = 24;

/** The report of a recording, as a page that needs nothing else. */
export function reportPage(version: string, figures: ReportFigures, tally: Tally): string {
  const plotted = figures.guests.slice(0, MAX_PLOTS);
  const plots = [
    hostPlot(tally.host.moments(), figures),
    ...plotted.map(({ guest }) => guestPlot(tally.guests.get(guest)?.sampler.moments() ?? [], figures)),
  ];
  return htmlPage({
    title: "selfballoon report",
    heading: "What was saved, and at what price",
    about: `selfballoon ${version}. ${aboutText(figures)}`,
    sections: [...overview(figures), ...guestSections(plotted, figures)],
    plots,
  });
}

function overview(figures: ReportFigures): readonly string[] {
  const { guests, together } = figures;
  const left = guests.length - MAX_PLOTS;
  const about = left > 0 ? `${left} more guests have no plot of their own below.` : "";
  return [
    notes(figures) + tiles(together),
    section("All guests together", "The grey area is what they would hold if no balloon had moved.", plotPlace(0)),
    section("Guests", about, sumTable(figures)),
    section("The worst moments", WORST_ABOUT, worstTable(figures)),
  ];
}

const WORST_ABOUT =
  "When a guest was shortest of memory: processes killed, tasks that waited (PSI), and what the daemon decided then.";

function notes(figures: ReportFigures): string {
  return warnings(figures)
    .map((text) => `<p class="warning">${escaped(shownText(text, SENTENCE_LENGTH))}</p>`)
    .join("");
}

function tiles(together: Sums): string {
  const { savedGibHours, savedMeanBytes, savedPercent, moves, waitedSeconds, oomKills } = together;
  const told = (value: number | null, digits: number): string => (value === null ? "–" : value.toFixed(digits));
  const rows = [
    [bytesText(savedMeanBytes), "saved on average"],
    [`${told(savedPercent, 1)} %`, "of what the guests could hold"],
    [overTimeText(savedGibHours), "saved in all"],
    [told(moves, 0), "moves of a balloon"],
    [`${told(waitedSeconds, 1)} s`, "in which tasks waited for memory"],
    [told(oomKills, 0), "processes killed for lack of memory"],
  ];
  return `<ul class="tiles">${rows.map(([value, what]) => `<li><b>${value}</b>${what}</li>`).join("")}</ul>`;
}

function sumTable({ guests, together }: ReportFigures): string {
  const headings = SUM_COLUMNS.map(
    ({ heading, unit, meaning }) => `<th title="${escaped(meaning)}">${escaped(heading)}<small>${unit}</small></th>`,
  );
  const row = (name: string, sums: Sums): string =>
    `<tr><th scope="row">${escaped(name)}</th>${SUM_COLUMNS.map((column) => `<td>${column.text(sums)}</td>`).join("")}</tr>`;
  const rows = [
    ...guests.map((one) => row(shownGuest(one.guest), one)),
    ...(guests.length === 1 ? [] : [row("all together", together)]),
  ];
  return `<div class="wide"><table><thead><tr><th>guest</th>${headings.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function worstTable(figures: ReportFigures): string {
  if (figures.worst.length === 0) return "<p>No guest was short of memory.</p>";
  const rows = figures.worst.map((moment) => {
    const { currentBytes, targetBytes, availableBytes } = moment.figures;
    const memory = [currentBytes, targetBytes, availableBytes].map((bytes) => `<td>${bytesText(bytes)}</td>`).join("");
    const why = moment.reason === null ? "" : REASONS[moment.reason];
    const when = escaped(momentText(moment.atMs, figures));
    return `<tr><th scope="row">${when}</th><td class="words">${escaped(shownGuest(moment.guest))}</td><td class="words">${escaped(badText(moment))}</td>${memory}<td class="words">${escaped(why)}</td></tr>`;
  });
  const headings =
    '<th>when</th><th class="words">guest</th><th class="words">what</th><th>had</th><th>target</th><th>available</th><th class="words">decided</th>';
  return `<div class="wide"><table><thead><tr>${headings}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function guestSections(guests: readonly GuestFigures[], figures: ReportFigures): readonly string[] {
  const marks = figures.hasDecisions ? " A mark on the time axis is a decision with a new reason." : "";
  return guests.map((one, nth) =>
    section(shownGuest(one.guest), `${reasonsText(one)}${nth === 0 ? marks : ""}`, plotPlace(nth + 1)),
  );
}

const MIN_SHARE = 0.005;
const MAX_REASONS = 4;

/** What a guest did most of the time. */
function reasonsText({ reasonHours, hours }: GuestFigures): string {
  const parts = Object.entries(reasonHours)
    .filter(([, held]) => held / hours >= MIN_SHARE)
    .slice(0, MAX_REASONS)
    .map(
      ([reason, held]) => `${reasonLabel(reason as keyof typeof reasonHours)} ${((100 * held) / hours).toFixed(0)} %`,
    );
  return parts.length === 0 ? "" : `Of the time: ${parts.join(", ")}.`;
}
