import { type Problem, problemOf, SelfballoonError, selfballoonError } from "../core/errors.ts";

/** What went wrong, as an error from the table; what is not from it is a bug of ours, and says where. */
export function knownError(thrown: unknown): SelfballoonError {
  if (thrown instanceof SelfballoonError) return thrown;
  const where = thrown instanceof Error ? (thrown.stack ?? "").split("\n")[1]?.trim() : undefined;
  const problem = where === undefined ? problemOf(thrown) : `${problemOf(thrown)} (${where})`;
  return selfballoonError("ERR_INTERNAL", { problem }, thrown);
}

/** What went wrong, as data. */
export function problemFrom(thrown: unknown): Problem {
  const { code, details, message } = knownError(thrown);
  return { code, details, message };
}

/** What a guest's machine does where that is why it can't be read, such as `paused`; null for any other fault. */
export function leftAloneState({ code, details }: Pick<Problem, "code" | "details">): string | null {
  return code === "ERR_GUEST_LEFT_ALONE" ? String(details["state"]) : null;
}
