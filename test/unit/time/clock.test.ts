import { afterEach, describe, expect, it, vi } from "vitest";
import { realClock } from "../../../src/time/clock.ts";

afterEach(() => vi.useRealTimers());

describe("the real clock", () => {
  it("waits longer than Node's timers can", () => {
    vi.useFakeTimers();
    let calls = 0;
    realClock.after(3 * 2_147_483_647, () => {
      calls += 1;
    });
    vi.advanceTimersByTime(3 * 2_147_483_647 - 1);
    expect(calls).toBe(0);
    vi.advanceTimersByTime(1);
    expect(calls).toBe(1);
  });

  it("forgets what was cancelled", () => {
    vi.useFakeTimers();
    let calls = 0;
    realClock.after(10, () => {
      calls += 1;
    })();
    vi.advanceTimersByTime(20);
    expect(calls).toBe(0);
  });
});
