/** After so long something hangs: a limit that no test measures by, since beside other work all takes many times as long. */
export const PATIENCE_MS = 60_000;

/**
 * For fast tests that play many real processes on a shared machine, which may stop them for seconds at any moment: what
 * fails is repeated once, and the run says at its end that it was, as it does of whole files of the other groups.
 */
export const REPEATED = { retry: 1 };
