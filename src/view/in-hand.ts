import type { GuestStatus } from "../core/control.ts";

/** Whether there is anything to pause, release or resume: a guest that is not managed is not moved in any case. */
export function isInHand({
  decision,
  paused,
  released,
}: Pick<GuestStatus, "decision" | "paused" | "released">): boolean {
  return paused || released || decision?.reason !== "unmanaged";
}
