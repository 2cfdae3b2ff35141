import { daemonPolicy } from "./selfballoon.ts";

/** The law alone. */
export const driver = daemonPolicy({
  summary: "The driver's law alone (guard=0): toward what is committed, every 5 s.",
  goal: "driver",
  guard: 0,
});
