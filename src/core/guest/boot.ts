/**
 * How long a guest's balloon driver may stay silent after a reset, in ms. Firmware, disk checks and updates at boot take
 * less; one that gives no statistics is silent for ever.
 */
const MAX_BOOT_MS = 300_000;

/**
 * Whether a guest still counts as restarting at `nowMs` whose machine was reset at `resetAtMs`, and whose balloon driver was
 * not heard since. From then on it is read as any other: whoever can't be read keeps all the memory that it was given.
 */
export function isStillRestarting(resetAtMs: number, nowMs: number): boolean {
  return nowMs - resetAtMs < MAX_BOOT_MS;
}
