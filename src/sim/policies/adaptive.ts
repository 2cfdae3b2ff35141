import { daemonPolicy } from "./selfballoon.ts";

/** The adaptive goal and the guard, with its watch. */
export const adaptive = daemonPolicy({
  summary:
    "Toward what is in use and the cache that was seen to be needed, with the guard, every second: the default of `selfballoon run` on a host.",
  goal: "adaptive",
  guard: 1,
});
