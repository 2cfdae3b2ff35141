import { describe, expect, it } from "vitest";
import { endsWithin, withDeadline } from "../../../src/time/deadline.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

describe("work with a deadline", () => {
  it("gives what it gives, and leaves no timer behind", async () => {
    const clock = new VirtualClock();
    let signal: AbortSignal | null = null;
    const given = await withDeadline(clock, 100, "it", async (given) => {
      signal = given;
      return 7;
    });
    await clock.advance(200);
    expect(given).toBe(7);
    expect(signal).toMatchObject({ aborted: false });
  });

  it("fails as it fails", async () => {
    const failing = withDeadline(new VirtualClock(), 100, "it", () => Promise.reject(new RangeError("out of range")));
    await expect(failing).rejects.toThrow(RangeError);
  });

  it("is called off and given up when its time is over, though it goes on", async () => {
    const clock = new VirtualClock();
    let isAborted = false;
    const late = withDeadline(clock, 100, "the reading", (signal) => {
      signal.addEventListener("abort", () => {
        isAborted = true;
      });
      return new Promise(() => {});
    });
    const failed = expect(late).rejects.toMatchObject({
      code: "ERR_DEADLINE",
      details: { what: "the reading", deadlineMs: 100 },
    });
    await clock.advance(99);
    expect(isAborted).toBe(false);
    await clock.advance(1);
    expect(isAborted).toBe(true);
    await failed;
  });
});

describe("work that need not end in time", () => {
  it("has ended or not", async () => {
    const clock = new VirtualClock();
    expect(await endsWithin(clock, 100, Promise.resolve())).toBe(true);
    const late = endsWithin(clock, 100, new Promise(() => {}));
    await clock.advance(100);
    expect(await late).toBe(false);
  });

  it("fails as it fails", async () => {
    await expect(endsWithin(new VirtualClock(), 100, Promise.reject(new RangeError("full")))).rejects.toThrow(
      RangeError,
    );
  });
});
