import { ALL_GUESTS } from "../core/all-guests.ts";
import type { Problem } from "../core/errors.ts";
import type { Journal } from "../daemon/journal.ts";

/** It changes nothing that is remembered of guests. */
const UNTURNED = { isRepeated: false, turn: null, nowMs: null } as const;

/** Record what is wrong with something that concerns no guest alone. */
export function addFault(journal: Journal, { code, details, message }: Problem): void {
  journal.add({ kind: "fault", guest: ALL_GUESTS, code, details, problem: message, ...UNTURNED });
}
