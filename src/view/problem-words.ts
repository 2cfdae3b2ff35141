import type { Problem } from "../core/errors.ts";

/** What a machine does, in its first words; whatever else it says is no label. */
const STATE = /^[a-z ]{1,16}/;

/** A guest's problem in a word or two, for labels. */
export function problemLabel({ code, details }: Problem): string {
  if (code === "ERR_BALLOON_MISSING") return "no balloon";
  const state = code === "ERR_GUEST_LEFT_ALONE" ? STATE.exec(String(details["state"])) : null;
  return state?.[0] ?? "unreadable";
}

/** Whether it is a fault, rather than what an operator did. */
export function isFault(problem: Problem): boolean {
  return problemLabel(problem) === "unreadable";
}
