import { reactToReservation } from "../../src/core/host/planner.ts";
import type { Yield } from "../../src/core/host/room.ts";
import type { HostState } from "../../src/core/host/state.ts";
import { BYTES_PER_MIB } from "../../src/core/units.ts";

/** What a guest of 900 MiB could give, all but 300 MiB unless it is said otherwise; in MiB. */
export function yieldOf(
  guest: string,
  change: Partial<Record<"has" | "goal" | "min" | "cost", number> & Pick<Yield, "priority">> = {},
): Yield {
  const { has = 900, goal = 900, min = 300, cost = 1, priority = "normal" } = change;
  return {
    guest,
    currentBytes: has * BYTES_PER_MIB,
    goalBytes: goal * BYTES_PER_MIB,
    minBytes: min * BYTES_PER_MIB,
    cost,
    priority,
    because: "it uses that",
    isAwaited: false,
  };
}

/** The same host with so many MiB reserved. */
export function withReserved(state: HostState, id: string, guest: string | null, count: number): HostState {
  const reservation = { id, guest, bytes: count * BYTES_PER_MIB, untilMs: 1000 };
  return reactToReservation(state, { kind: "reserved", reservation });
}
