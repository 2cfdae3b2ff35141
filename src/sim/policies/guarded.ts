import { daemonPolicy } from "./selfballoon.ts";

/** The law and the guard, with its watch: the daemon's default in a guest. */
export const guarded = daemonPolicy({
  summary: "The driver's law and the guard, which looks every 100 ms: the default of `selfballoon run` in a guest.",
  goal: "driver",
  guard: 1,
});
