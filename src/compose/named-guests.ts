import type { Config } from "../config/load.ts";
import type { OpenBackend } from "../core/backend.ts";
import type { HostRules } from "../core/host/rules.ts";

/** How long finding the guests may take before nothing is said of them. */
const FIND_DEADLINE_MS = 3000;

/** Which of a host's guests are ours to move, as a sentence; null where all are, or none was found yet. */
export async function namedGuestsText(
  backend: Pick<OpenBackend, "guests">,
  { terms }: Pick<HostRules, "terms">,
  { guests: sections }: Pick<Config, "guests">,
): Promise<string | null> {
  // What is wrong with them is told of each, once the daemon looks at them.
  const guests = await backend.guests(AbortSignal.timeout(FIND_DEADLINE_MS)).catch(() => []);
  if (guests.length === 0) return null;
  const named = guests.filter((guest) => terms(guest).isManaged).length;
  if (named === guests.length) return sections.length === 0 ? ALL_BUT_NOT_NAMED : null;
  const which = `${named} of ${guests.length} guests ${named === 1 ? "is" : "are"} named under [guests]`;
  return named === 0 ? `${which}: they are only shown, and nothing is moved.` : `${which}: the others are only shown.`;
}

const ALL_BUT_NOT_NAMED = "The configuration names no guest: shown as if all were named.";
