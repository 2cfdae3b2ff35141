import { bytesText } from "./amounts.ts";
import type { GuestRow } from "./guest-row.ts";
import { isUnread, sumGuests } from "./host-sum.ts";

/** All guests together in one line: what they could have, what is saved of it, and what of the rest is in use. */
export function hostSumText(guests: readonly GuestRow[]): string {
  return hostSumParts(guests).join("");
}

/** The same in parts, of which all but the first can be left out where the line is short. */
export function hostSumParts(guests: readonly GuestRow[]): readonly string[] {
  const sum = sumGuests(guests);
  const count = `${guests.length} ${guests.length === 1 ? "guest" : "guests"}`;
  if (isUnread(sum)) return [`${count}, none read yet`];
  const wouldSave = guests.some(({ dryRun }) => dryRun) ? `, would save up to ${bytesText(sum.atGoalsBytes)}` : "";
  const given = bytesText(sum.usedBytes + sum.availableBytes);
  const parts = `in use ${bytesText(sum.usedBytes)}, spare ${bytesText(sum.availableBytes)}`;
  const unread = sum.unknown === 0 ? "" : `; ${sum.unknown} not counted`;
  return [
    `${count}, RAM ${bytesText(sum.allBytes)}: saved ${bytesText(sum.savedBytes)}`,
    wouldSave,
    `, given out ${given}`,
    ` (${parts})`,
    unread,
  ];
}
