import { describe, expect, it } from "vitest";
import { NO_WAIT, waitLonger } from "../../../../src/core/guard/growing-wait.ts";

const HOUR_MS = 3_600_000;
const waits = { firstMs: 600_000, maxMs: HOUR_MS };

describe("a wait that grows", () => {
  it("begins with the first one", () => {
    expect(waitLonger(NO_WAIT, 1000, waits)).toEqual({ untilMs: 601_000, count: 1 });
  });

  it("doubles while its cause comes back within an hour after it ended, and then begins anew", () => {
    const first = { untilMs: 601_000, count: 1 };
    const lastMs = 601_000 + HOUR_MS - 1;
    expect(waitLonger(first, lastMs, waits)).toEqual({ untilMs: lastMs + 1_200_000, count: 2 });
    expect(waitLonger(first, lastMs + 1, waits)).toEqual({ untilMs: lastMs + 1 + 600_000, count: 1 });
  });

  it("is never longer than the longest, however often its cause comes back", () => {
    for (const count of [3, 50, 5000])
      expect(waitLonger({ untilMs: 0, count }, 1000, waits)).toEqual({ untilMs: 1000 + HOUR_MS, count: count + 1 });
  });
});
