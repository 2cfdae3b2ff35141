import type { HostStanding } from "../core/host/standing.ts";
import { describeNotice } from "../core/notices.ts";
import { shownGuest } from "../core/shown-text.ts";
import { bytesText } from "./amounts.ts";

/** A line has no room for more. */
const MAX_NAMED = 3;

/** How a host's memory stands, in one line. */
export function budgetText(host: HostStanding): string {
  const {
    capacityBytes,
    reserveBytes,
    hadBytes,
    promisedBytes,
    reservedBytes,
    freeBytes,
    overcommit,
    overcommitLimit,
  } = host;
  const needs = host.need === null ? "" : `, ${needText({ need: host.need, isEmergency: host.isEmergency })}`;
  const limit = overcommitLimit === null ? "" : ` of at most ${ratioText(overcommitLimit)}`;
  return (
    `budget ${bytesText(capacityBytes)}${needs}: guests have ${bytesText(hadBytes)}, promised ${bytesText(promisedBytes)}, ` +
    `reserved ${bytesText(reservedBytes)}${forWhom(host.reservedFor)}, free ${bytesText(freeBytes)}, kept for emergencies ${bytesText(reserveBytes)}; over-commit ${ratioText(overcommit)}${limit}`
  );
}

/** How much a host needs its memory back. */
export function needText({ need, isEmergency }: { readonly need: number; readonly isEmergency: boolean }): string {
  return `the host's need ${needPercent(need)}${isEmergency ? ", an emergency" : ""}`;
}

export function needPercent(need: number): string {
  return `${Math.round(need * 100)} %`;
}

function forWhom(guests: HostStanding["reservedFor"]): string {
  if (guests.length === 0) return "";
  const named = guests.slice(0, MAX_NAMED).map((guest) => (guest === null ? "anybody" : shownGuest(guest)));
  const left = guests.length - named.length;
  return ` for ${named.join(" and ")}${left === 0 ? "" : ` and ${left} more`}`;
}

/** What is wrong with it, a sentence each. */
export function warningTexts({ warnings }: Pick<HostStanding, "warnings">): readonly string[] {
  return warnings.map(describeNotice);
}

function ratioText(ratio: number): string {
  return ratio.toFixed(2);
}
