import { type SelfballoonError, selfballoonError } from "./errors.ts";
import type { Settings } from "./settings.ts";
import { describeRange, findTunable, type WriteRefusal } from "./tunables.ts";

/** Longest part of a refused value that is repeated to its writer. */
const SHOWN_LENGTH = 40;

/** The error that tells a writer why `name` was not set to `text`; `hint` names the tunable that was probably meant. */
export function refusedWrite(
  settings: Settings,
  name: string,
  text: string | null,
  refusal: WriteRefusal,
  hint = "",
): SelfballoonError {
  const row = findTunable(name);
  if (row === null) return selfballoonError("ERR_TUNABLE_UNKNOWN", { name: JSON.stringify(name.slice(0, 64)), hint });
  const current = settings.values[row.name];
  switch (refusal) {
    case "ENOENT":
      return selfballoonError("ERR_TUNABLE_ABSENT", { name });
    case "EPERM":
      return selfballoonError("ERR_TUNABLE_FORBIDDEN", { name, current });
    case "EINVAL": {
      const value = JSON.stringify((text ?? "").slice(0, SHOWN_LENGTH));
      return selfballoonError("ERR_TUNABLE_INVALID", { name, range: describeRange(row), value, current });
    }
  }
}
