import type { ControlPort } from "../core/control.ts";
import type { RefusedSetting } from "../core/controls/fleet-settings.ts";
import type { HostBudget } from "../core/host/budget.ts";
import type { HostStanding } from "../core/host/standing.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import { shownText } from "../core/shown-text.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { warningTexts } from "../view/host-budget.ts";
import { guestOfRecord, recordText } from "../view/record-text.ts";
import { byNeed, type GuestSummary } from "./guest-summary.ts";
import { sumsOf } from "./guest-sums.ts";
import { toldRefusals } from "./refusals.ts";
import type { KeptDocuments } from "./settings-wire.ts";
import {
  type FleetRecord,
  type HostHealth,
  MAX_SENTENCE,
  MAX_WARNINGS,
  MAX_WORST,
  type Outgoing,
  pack,
} from "./wire.ts";

/** A host's state is told so often. */
export const STATE_MS = 5000;

/** Three that did not come are no accident. */
const LEASE_S = 20;

const NAME_LENGTH = 64;

/** What a host is to its fleet. */
export interface HostIdentity {
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly version: string;
}

/** What the host has taken of the fleet's settings, and what it refuses. */
export function settingsReport(
  documents: KeptDocuments,
  refused: readonly RefusedSetting[],
): NonNullable<Outgoing<"state">["settings"]> {
  return {
    taken: Object.fromEntries(Object.entries(documents).map(([key, { revision }]) => [key, revision])),
    refused: toldRefusals(documents, refused),
    refusedInAll: refused.length,
  };
}

/** What the host says of itself now. */
export function stateOf(
  identity: HostIdentity,
  control: Pick<ControlPort, "describe" | "host">,
  budget: HostBudget | null,
  rows: readonly GuestSummary[],
  told: Pick<Outgoing<"state">, "at" | "dropped" | "settings" | "trouble">,
): Outgoing<"state"> {
  const mib = (bytes: number): number => Math.round(bytes / BYTES_PER_MIB);
  const standing = control.host();
  const free = standing?.freeBytes;
  const worst = rows.filter(({ standing }) => standing !== "well").sort(byNeed);
  return {
    ...identity,
    ...told,
    leaseS: LEASE_S,
    doing: shownText(control.describe(), MAX_SENTENCE - 16),
    budgetMb: budget === null ? null : mib(budget.memoryBytes),
    reserveMb: budget === null ? null : mib(budget.reserveBytes),
    freeMb: free === undefined ? null : mib(free),
    ...sumsOf(rows),
    worst: worst.slice(0, MAX_WORST).map(pack),
    ...(standing === null ? {} : { health: healthOf(standing) }),
  };
}

function healthOf(standing: HostStanding): HostHealth {
  const { need, isEmergency } = standing;
  const warnings = warningTexts(standing).slice(0, MAX_WARNINGS);
  return { need, isEmergency, warnings: warnings.map((text) => shownText(text, MAX_SENTENCE)) };
}

/** A journal's record as the fleet keeps it; null for those that are of interest to the host alone. Which steps are, `EmergencyNews` says. */
export function notableRecord(record: JournalRecord): FleetRecord | null {
  if (!isNotable(record)) return null;
  const { seq, atMs, kind } = record;
  const guest = guestOfRecord(record);
  return {
    seq,
    at: atMs,
    kind,
    guest: guest === null ? null : shownText(guest, NAME_LENGTH),
    text: shownText(recordText(record), MAX_SENTENCE),
  };
}

function isNotable(record: JournalRecord): boolean {
  switch (record.kind) {
    case "fault":
      return !record.isRepeated;
    case "step":
    case "guest":
    case "give":
    case "notice":
    case "pause":
    case "settings":
    case "tunables":
    case "rules":
    case "reservation":
      return true;
    case "size":
    case "rise":
    case "shrink":
    case "host":
      return false;
  }
}
