import type { Priority } from "../limits.ts";
import type { Notice } from "../notices.ts";
import { mibFromBytes } from "../units.ts";
import type { HostSight } from "./host-reading.ts";
import { allAccounts } from "./ledger.ts";
import { linesOf } from "./need.ts";
import { NO_NOTICES, NOBODY } from "./planned.ts";
import { followPressure, type Pressure } from "./pressure.ts";
import { type HostState, mayStepSoon } from "./state.ts";

/** How often a host's own memory is looked at, in ms; on a tight one another process may take the rest within seconds. */
const LOOK_MS = 1000;
const TIGHT_LOOK_MS = 250;

/** What came of a look at the host. */
export interface Looked {
  readonly state: HostState;
  /** Guests that are to step now, because the host needs memory of them. */
  readonly stepSoon: readonly string[];
  readonly notices: readonly Notice[];
}

/** Take in a look at the host's own memory. Whoever can give is asked at once, and again each second until the need is over. */
export function lookAtHost(before: HostState, sight: HostSight, nowMs: number): Looked {
  const donors = allAccounts(before.ledger).filter(({ isFixed }) => !isFixed);
  const followed = followPressure(before.pressure, sight, donors, nowMs);
  const pressure = { ...followed, told: toldAfter(followed) };
  const notices = noticesOf(before.pressure, pressure, sight);
  const asked = donors.filter(({ priority }) => isAsked(pressure, priority));
  if (asked.length > 0 && mayStepSoon(before, nowMs)) {
    const stepSoon = asked.map(({ guest }) => guest);
    return { state: { ...before, pressure, steppedSoonMs: nowMs }, stepSoon, notices };
  }
  const isSame = followed === before.pressure && pressure.told === followed.told;
  return { state: isSame ? before : { ...before, pressure }, stepSoon: NOBODY, notices };
}

function isAsked({ isEmergency, take, askedShares }: Pressure, priority: Priority): boolean {
  return isEmergency || (take === "as_needed" && askedShares[priority] > 0);
}

/** When the host is to be looked at again, in ms. */
export function nextLookMs({ totalBytes, availableBytes }: HostSight): number {
  if (totalBytes === null || availableBytes === null) return LOOK_MS;
  return availableBytes < linesOf(totalBytes).tightBytes ? TIGHT_LOOK_MS : LOOK_MS;
}

/** What was told of a need holds until the host has had more than enough, so that one on the brink is told of once. */
function toldAfter({ told, need, isEmergency, surplusSinceMs }: Pressure): Pressure["told"] {
  if (surplusSinceMs !== null) return "nothing";
  if (isEmergency || told === "emergency") return "emergency";
  return (need ?? 0) > 0 ? "need" : told;
}

function noticesOf(before: Pressure, after: Pressure, { totalBytes, availableBytes }: HostSight): readonly Notice[] {
  const { told } = after;
  // Where guests always give, a need alone changes nothing.
  if (told === before.told || (told === "need" && after.take === "always")) return NO_NOTICES;
  if (told === "nothing" && before.told === "need" && after.take === "always") return NO_NOTICES;
  const code = { nothing: "host_has_enough", need: "host_needs", emergency: "host_emergency" } as const;
  return [
    {
      code: code[told],
      details: { availableMib: mibFromBytes(availableBytes ?? 0), totalMib: mibFromBytes(totalBytes ?? 0) },
    },
  ];
}
