/** Hosts that have what is rolled out first. */
export const MAX_FIRST = 256;

/** The longest that they are watched: a week. */
export const MAX_WATCH_MS = 604_800_000;

/** How long the first hosts are watched unless somebody says otherwise. */
export const USUAL_WATCH_MS = 600_000;

/** What tells a roll-out from others of its scope. */
export const ROLLOUT_ID = /^[0-9a-f]{8}$/;
