import { guestPolicy, NOTHING } from "./policy.ts";

/** Every guest keeps all its memory: what the others are measured against. */
export const staticPolicy = guestPolicy({
  summary: "Never moves a balloon: what the others are measured against.",
  source: "",
  intervalMs: 5000,
  initial: () => null,
  step: (state) => ({ state, result: NOTHING }),
});
