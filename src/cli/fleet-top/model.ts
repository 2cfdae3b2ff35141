import type { HostView } from "../../fleet/fleet-view.ts";
import type { PlacedGuest } from "../../fleet/service/answers.ts";
import { byTrouble, hostsWithWords } from "../../view/host-order.ts";
import { HOST_COLUMNS, type HostSortKey } from "./columns.ts";

/** What is looked at: the hosts, also while a search is typed, the guests of the selected one, or the keys. */
export type FleetMode = "list" | "search" | "host" | "help";

/** What is seen of the fleet at one moment. */
export interface FleetSnapshot {
  readonly hosts: readonly HostView[];
  /** The guests of one host, the worst off first; null: of none. */
  readonly guests: { readonly host: string; readonly rows: readonly PlacedGuest[] } | null;
}

/** Everything that the screen shows. */
export interface FleetTopModel extends FleetSnapshot {
  readonly mode: FleetMode;
  readonly sorting: { readonly key: HostSortKey; readonly descending: boolean };
  /** Words of which all are in the name or a label of each host that is listed; empty for every host. */
  readonly filter: string;
  /** The host that keys are about; null: none. */
  readonly selected: string | null;
  /** Hosts above the first one that is in view. */
  readonly scrolled: number;
  /** Lines of a text above the first one that is in view. */
  readonly offset: number;
  /** Wall clock, in ms since 1970. */
  readonly nowMs: number;
}

/** The first thing to show: hosts that are short before the others. */
export function firstFleetModel(hosts: readonly HostView[], nowMs: number): FleetTopModel {
  const untouched = { mode: "list", filter: "", selected: null, scrolled: 0, offset: 0 } as const;
  return { ...untouched, hosts, guests: null, sorting: { key: "short", descending: true }, nowMs };
}

/** Sort by another column. Figures begin with the most, names with the first. */
export function hostsSortedBy(model: FleetTopModel, key: HostSortKey): FleetTopModel {
  return { ...model, sorting: { key, descending: key !== "host" }, scrolled: 0 };
}

/** The hosts that the search finds, in the order in which they are shown. */
export function listedHosts({ hosts, filter, sorting }: FleetTopModel): readonly HostView[] {
  const found = hostsWithWords(hosts, filter);
  const { value } = HOST_COLUMNS.find(({ key }) => key === sorting.key) ?? { value: () => 0 };
  const sign = sorting.descending ? -1 : 1;
  // Hosts come by name, and stay so where they are alike.
  const byName = sorting.key === "host" && sorting.descending ? found.toReversed() : found;
  return byName.toSorted(
    (a, b) => compared(value(a), value(b), sign) || (sorting.key === "short" ? byTrouble(a, b) : 0),
  );
}

function compared(a: number | null, b: number | null, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign * (a - b);
}
