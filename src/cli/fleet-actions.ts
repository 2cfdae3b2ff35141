/** What `selfballoon fleet` does, by its first word. */
export const FLEET_ACTIONS = ["status", "guests", "serve", "prepare"] as const;

export type FleetAction = (typeof FLEET_ACTIONS)[number];
