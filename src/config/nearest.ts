import { closest, distance } from "fastest-levenshtein";

/** A name that differs in more than this share of its letters was not a slip of the keyboard. */
const MAX_DIFFERENT = 0.4;

/** ` (did you mean NAME?)` for the known name that `name` was probably meant to be; empty if none is near. */
export function hintFor(name: string, known: readonly string[]): string {
  const nearest = closest(name.slice(0, 64), [...known]);
  const isNear =
    known.length > 0 && distance(name.slice(0, 64), nearest) <= Math.max(1, nearest.length * MAX_DIFFERENT);
  return isNear ? ` (did you mean ${nearest}?)` : "";
}
