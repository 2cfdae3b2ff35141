import { expect } from "vitest";
import type { Home } from "./home.ts";
import { until } from "./until.ts";

/** Steps of each guest that a host beside makes meanwhile. */
const STEPS = 4;

/**
 * Every guest of these hosts steps on, at least half as often as those of `beside`, which is of no fleet: whatever else the machine does
 * slows down all of them alike.
 */
export async function stepOn(
  hosts: readonly { readonly name: string; readonly home: Home }[],
  beside: Home,
): Promise<void> {
  const before = await Promise.all(hosts.map(({ home }) => stepsOf(home)));
  const first = await stepsOf(beside);
  await until("steps", async () => ((await stepsOf(beside)) >= first + STEPS ? true : null));
  const after = await Promise.all(hosts.map(({ home }) => stepsOf(home)));
  const behind = hosts.filter((_, nth) => (after[nth] ?? 0) - (before[nth] ?? 0) < STEPS / 2);
  expect(behind.map(({ name }) => name)).toEqual([]);
}

async function stepsOf(home: Home): Promise<number> {
  const { guests } = (await home.ask("GET", "/v1/guests")).body as { guests: readonly { steps: number }[] };
  return Math.min(...guests.map(({ steps }) => steps));
}
