import type { GuestStatus } from "../core/control.ts";
import { shownGuest } from "../core/shown-text.ts";

/** For each guest of which something was set at run time: what that is. */
export function setTexts(guests: readonly Pick<GuestStatus, "guest" | "setAtRunTime">[]): readonly string[] {
  const set = guests.filter(({ setAtRunTime }) => setAtRunTime.length > 0);
  return set.map(({ guest, setAtRunTime }) => `${shownGuest(guest)}: ${setAtRunTime.join(", ")} set at run time`);
}
