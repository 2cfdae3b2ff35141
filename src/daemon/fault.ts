import { problemOf, SelfballoonError } from "../core/errors.ts";
import type { Entry } from "./journal.ts";

/**
 * The journal's entry for what went wrong with `guest`. A guest's or the host's fault is a state to be told and lived
 * with; anything else is a bug, which is thrown on and ends the daemon.
 */
export function faultOf(guest: string, thrown: unknown): Entry & { readonly kind: "fault" } {
  if (!(thrown instanceof SelfballoonError) || thrown.name === "BugError") throw thrown;
  return { kind: "fault", guest, code: thrown.code, problem: problemOf(thrown) };
}
