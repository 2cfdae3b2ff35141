/** After so long something hangs: a limit that no test measures by, since beside other work all takes many times as long. */
export const PATIENCE_MS = 60_000;
