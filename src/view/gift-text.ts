import type { Gift } from "../core/control.ts";
import { shownGuest } from "../core/shown-text.ts";
import { bytesText } from "./amounts.ts";

/** Which of the guests got only a part of what was given back, a sentence each. */
export function partialGiftTexts(gifts: readonly Gift[]): readonly string[] {
  return gifts
    .filter(({ isAll }) => !isAll)
    .map(({ guest, bytes, ofBytes }) => {
      const got = `${shownGuest(guest)} got ${bytesText(bytes)} of ${bytesText(ofBytes)}`;
      return `${got}: the rest follows when the host has it.`;
    });
}
