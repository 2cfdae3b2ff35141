/** What `selfballoon fleet` does, by its first word. */
export const FLEET_ACTIONS = [
  "status",
  "top",
  "guests",
  "set",
  "get",
  "unset",
  "rollout",
  "resume",
  "abort",
  "reserve",
  "advise",
  "serve",
  "prepare",
] as const;

export type FleetAction = (typeof FLEET_ACTIONS)[number];
