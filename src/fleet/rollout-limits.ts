/** Hosts that have what is rolled out first. */
export const MAX_FIRST = 256;

/** The longest that they are watched: a week. */
export const MAX_WATCH_MS = 604_800_000;
