/** Problems that are a state of the guest, not a fault; what they are called. The sentences are in the table of errors. */
const LEFT_ALONE = /^.* is ([a-z ]{1,16})[a-z ,]*; it is left alone until it runs again$/s;
const NO_BALLOON = / must have a balloon device, so it is left alone;/;

/** A guest's problem in a word or two, for labels. */
export function problemLabel(problem: string): string {
  return LEFT_ALONE.exec(problem)?.[1] ?? (NO_BALLOON.test(problem) ? "no balloon" : "unreadable");
}

/** Whether it is a fault, rather than what an operator did. */
export function isFault(problem: string): boolean {
  return problemLabel(problem) === "unreadable";
}
