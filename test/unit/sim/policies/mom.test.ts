import { describe, expect, it } from "vitest";
import { type GuestInMib, startPolicy, stepInMib } from "../../../support/peers.ts";

/** The host's memory and one guest of 1024 MiB on it, in MiB; the policy decides at every second step. */
const decided = (hostMib: number, guest: GuestInMib) => {
  const run = startPolicy("mom");
  stepInMib(run, hostMib, [guest]);
  return stepInMib(run, hostMib, [guest], 5000)[0];
};

describe("mom", () => {
  it.each([
    ["under a fifth of the host free: down by 5 % at the most", 1100, { free: 600 }, 0.95 * 1024],
    ["... leaving as large a part of the guest free as of the host", 1100, { free: 80 }, 944 + (76 / 1100) * 1024],
    ["... never under the minimum of a quarter", 300, { has: 260, free: 255 }, 256],
    ["under a twentieth free: into swap", 1044, { free: 10 }, 1014 + (20 / 1044 - 0.05) * 1024],
    ["... and nothing that is less than 0.25 % of the guest", 1100, { free: 72 }, null],
    ["a fifth of the host free: up by 5 %, though it uses little", 4096, { max: 2048, free: 900 }, 1.05 * 1024],
    ["... by more where a fifth of it would not be free", 4096, { max: 2048, free: 10 }, 1014 + 0.2 * 1024],
    ["... to its minimum at once", 4096, { max: 4096, has: 512, free: 400 }, 1024],
    ["... never above its maximum", 4096, { max: 1030, free: 10 }, 1030],
    ["... and a guest at its maximum stays", 4096, { max: 1024, free: 10 }, null],
  ])("%s", (_, hostMib, guest, target) => {
    expect(decided(hostMib, guest)).toEqual(target === null ? null : expect.closeTo(target, 0));
  });

  it("decides by averages, so that a guest in sudden need waits", () => {
    const run = startPolicy("mom");
    const now = [1, 2, 3].map((nth) => stepInMib(run, 4096, [{ max: 2048, free: 900 }], nth * 5000));
    expect(now[0]).toEqual([null]);
    const [target] = stepInMib(run, 4096, [{ max: 2048, free: 10 }], 20_000);
    // 677.5 MiB are free on average: what it uses and a fifth of it is less than 5 % more than it has.
    expect(target).toBeCloseTo(1.05 * 1024, 0);
  });
});
