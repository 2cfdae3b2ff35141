import { setTimeout as sleep } from "node:timers/promises";

const DEFAULT_INTERVAL_MS = 100;

/**
 * The longest that one thing may take in an emulated guest, on a slow machine that is busy with other work: a limit for what
 * hangs, not a measure. Whoever waits goes on as soon as what is waited for is so.
 */
export const PATIENCE_MS = 600_000;

/**
 * Asks again and again until the answer is true; rejects after `deadlineMs`, naming what did not come. Emulated guests
 * are slow at times: state the longest that can be right, not the usual.
 */
export async function waitUntil(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  deadlineMs: number,
  intervalMs = DEFAULT_INTERVAL_MS,
): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await sleep(intervalMs);
  }
}
