import { bytesText, percentText } from "./amounts.ts";
import type { GuestRow } from "./guest-row.ts";

/** All that is known of a guest as name and value, in the order in which it is read. */
export function guestFacts({
  figures,
  observation,
  psiPercent,
  steps,
}: GuestRow): readonly (readonly [string, string])[] {
  return [
    ["May have", bytesText(figures?.maximumBytes)],
    ["Has", bytesText(figures?.currentBytes)],
    ["Target", bytesText(figures?.targetBytes)],
    ["Goal", bytesText(figures?.goalBytes)],
    ["Floor", bytesText(figures?.floorBytes)],
    ["Committed", bytesText(figures?.committedBytes)],
    ["Available", bytesText(figures?.availableBytes)],
    ["Compressed swap", bytesText(figures?.compressedSwapBytes)],
    ["Pressure", percentText(psiPercent)],
    ["OOM kills since boot", String(observation?.oomKills ?? "–")],
    ["Steps", String(steps)],
  ];
}
