import { type SelfballoonError, selfballoonError } from "../core/errors.ts";

/** The refusal of a request that showed no token, or a wrong one. */
export function tokenNeeded(what: "read" | "write"): SelfballoonError {
  return selfballoonError("ERR_TOKEN_NEEDED", { what, done: what === "read" ? "told" : "changed" });
}
