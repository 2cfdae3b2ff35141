import { hintFor } from "../config/nearest.ts";
import { SETTING_NAMES } from "../core/controls/setting-meaning.ts";
import { selfballoonError } from "../core/errors.ts";
import { TUNABLES } from "../core/tunables.ts";

const KNOWN = {
  ERR_GUEST_SETTING_UNKNOWN: SETTING_NAMES,
  ERR_TUNABLE_UNKNOWN: TUNABLES.map(({ name }) => name),
} as const;

/**
 * Refuse names that nothing has, before anybody is asked: of a guest's settings, or of tunables. @throws `code`, naming the
 * nearest.
 */
export function checkNames(names: readonly string[], code: keyof typeof KNOWN): void {
  const known: readonly string[] = KNOWN[code];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw selfballoonError(code, { name: JSON.stringify(unknown.slice(0, 64)), hint: hintFor(unknown, known) });
}
