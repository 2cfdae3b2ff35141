import { shownGuest } from "../../core/shown-text.ts";
import { BYTES_PER_MIB } from "../../core/units.ts";
import type { HostView } from "../../fleet/fleet-view.ts";
import type { PlacedGuest } from "../../fleet/service/answers.ts";
import { bytesText } from "../../view/amounts.ts";
import { missingMb } from "../../view/missing-mb.ts";
import type { Column } from "../columns.ts";

/** What hosts can be sorted by; `short`: those whose guests are worst off first. */
export type HostSortKey = "host" | "guests" | "short" | "held" | "have" | "want" | "saved" | "budget" | "seen";

/** A column of hosts, with what it is sorted by; null is last. */
interface HostColumn extends Column<HostView, HostSortKey> {
  readonly key: HostSortKey;
  readonly value: (host: HostView) => number | null;
}

type State = NonNullable<HostView["state"]>;

function figure(
  heading: string,
  key: HostSortKey,
  [min, dispensable]: readonly [number, number],
  read: (state: State) => number | null,
  text: (value: number | null) => string,
): HostColumn {
  const value = ({ state }: HostView): number | null => (state === null ? null : read(state));
  const shape = { isNumber: true, min, max: min, dispensable };
  return { heading, key, ...shape, value, text: (host) => text(value(host)) };
}

const count = (value: number | null): string => (value === null ? "-" : String(value));
const mib = (value: number | null): string => (value === null ? "-" : bytesText(value * BYTES_PER_MIB));

/** All columns of hosts, from left to right: they take 80 columns of the screen together. */
export const HOST_COLUMNS: readonly HostColumn[] = [
  {
    heading: "HOST",
    key: "host",
    isNumber: false,
    min: 10,
    max: 32,
    dispensable: 0,
    // By its name, which decides wherever hosts are alike.
    value: () => 0,
    text: ({ host }) => host,
  },
  figure("GUESTS", "guests", [6, 3], ({ guests }) => guests, count),
  figure("SHORT", "short", [5, 0], ({ short }) => short, count),
  figure("HELD", "held", [4, 1], ({ held }) => held, count),
  figure("HAVE", "have", [8, 0], ({ currentMb }) => currentMb, mib),
  figure("WANT", "want", [8, 2], ({ wantedMb }) => wantedMb, mib),
  figure("SAVED", "saved", [8, 5], ({ maximumMb, currentMb }) => maximumMb - currentMb, mib),
  figure("BUDGET", "budget", [8, 4], ({ budgetMb }) => budgetMb, mib),
  {
    heading: "SEEN",
    key: "seen",
    isNumber: true,
    min: 7,
    max: 7,
    dispensable: 0,
    value: ({ ageMs }) => ageMs,
    text: ({ ageMs }) => (ageMs === null ? "never" : `${Math.round(ageMs / 1000)} s`),
  },
];

function memory(heading: string, dispensable: number, read: (row: PlacedGuest) => number | null): GuestColumn {
  return { heading, key: null, isNumber: true, min: 8, max: 8, dispensable, text: (row) => mib(read(row)) };
}

type GuestColumn = Column<PlacedGuest, never>;

/** The columns of one host's guests. */
export const GUEST_COLUMNS: readonly GuestColumn[] = [
  {
    heading: "GUEST",
    key: null,
    isNumber: false,
    min: 10,
    max: 32,
    dispensable: 0,
    text: ({ guest }) => shownGuest(guest),
  },
  { heading: "STANDS", key: null, isNumber: false, min: 10, max: 10, dispensable: 0, text: ({ standing }) => standing },
  memory("HAS", 0, ({ currentMb }) => currentMb),
  memory("GOAL", 2, ({ goalMb }) => goalMb),
  memory("LACKS", 1, missingMb),
  {
    heading: "WHY",
    key: null,
    isNumber: false,
    min: 12,
    max: 48,
    dispensable: 3,
    text: ({ problem, reason }) => problem ?? reason ?? "no step yet",
  },
];
