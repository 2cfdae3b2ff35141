import { pagesFromMib } from "../units.ts";

/** Smaller moves than these are not worth a balloon's work, in MiB; the headroom has room for the first. */
const UP_MIB = 4;
const DOWN_MIB = 1;

/** Whether the adaptive policy leaves out a move of `movePages`. */
export function isInDeadBand(movePages: number, pageBytes: number): boolean {
  return movePages > 0 ? movePages < pagesFromMib(UP_MIB, pageBytes) : -movePages < pagesFromMib(DOWN_MIB, pageBytes);
}
