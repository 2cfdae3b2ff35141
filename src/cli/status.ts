import type { GuestStatus } from "../core/control.ts";
import { shownGuest } from "../core/shown-text.ts";
import { whyText } from "../view/why-text.ts";
import { askGuests, type DaemonOptions } from "./daemon.ts";
import { coloured, mibText, print, printJson, tableLines } from "./output.ts";

/** `selfballoon status`: each guest: what it has, wants, its floor, and why. */
export async function status(options: DaemonOptions & { readonly json?: boolean }): Promise<void> {
  const guests = await askGuests(options);
  if (options.json) return printJson({ guests });
  const heading = ["GUEST", "HAS", "TARGET", "GOAL", "FLOOR", "COMMITTED", "IN SWAP", "WHY"];
  const [first = "", ...rest] = tableLines([heading, ...guests.map(row)]);
  print(coloured("bold", first));
  rest.forEach(print);
}

function row(status: GuestStatus): readonly string[] {
  const { guest, observation, decision, state } = status;
  const mib = (pages: number | null | undefined): string => mibText(pages ?? null, observation?.pageBytes ?? 4096);
  return [
    shownGuest(guest),
    mib(observation?.totalramPages),
    mib(decision?.targetPages),
    mib(decision?.goalPages),
    mib(decision?.floorPages),
    mib(observation?.committedPages),
    mib(observation?.frontswapPages),
    whyText(status, `no step yet (${state})`),
  ];
}
