import { shownGuest } from "../core/shown-text.ts";

/** Most guests that a sentence names. */
const MAX_NAMES = 8;

/** Guests by name, as a sentence has them; beyond eight how many more there are. */
export function namesText(guests: readonly string[]): string {
  const more = guests.length - MAX_NAMES;
  const named = guests.slice(0, MAX_NAMES).map(shownGuest).join(", ");
  return more > 0 ? `${named} and ${more} more` : named;
}
