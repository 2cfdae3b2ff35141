import type { GuestRow } from "../view/guest-row.ts";
import { selectRows } from "../view/guest-rows.ts";
import { budgetText, warningTexts } from "../view/host-budget.ts";
import { hostSumText } from "../view/host-sum-text.ts";
import { setTexts } from "../view/set-text.ts";
import { countStandings, standingText } from "../view/standing.ts";
import { askGuests, askHost } from "./daemon.ts";
import type { DaemonOptions } from "./flags.ts";
import { guestTable } from "./guest-table.ts";
import { coloured, outputColumns, print, printJson } from "./output.ts";

/**
 * `selfballoon status`: each guest by name: how it stands, what it has, wants, its floor, and why; then what they save together,
 * who is short, and how the memory of their host stands.
 */
export async function status(options: DaemonOptions & { readonly json?: boolean }): Promise<void> {
  const [guests, host] = await Promise.all([askGuests(options), askHost(options)]);
  if (options.json) return printJson({ guests, host });
  const rows = guests.map((guest): GuestRow => ({ ...guest, psiPercent: null }));
  guestTable(selectRows(rows, "", { key: "guest", descending: false }), outputColumns(), coloured).forEach(print);
  for (const text of setTexts(rows)) print(`${text}.`);
  if (rows.length > 0) print(`${hostSumText(rows)}.`);
  print(`${standingText(countStandings(rows))}.`);
  if (host === null) return;
  print(`Host: ${budgetText(host)}.`);
  for (const warning of warningTexts(host)) print(coloured("yellow", `Warning: ${warning}.`));
}
