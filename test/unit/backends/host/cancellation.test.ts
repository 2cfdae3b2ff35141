import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { cancellable, onAbort } from "../../../../src/backends/host/cancellation.ts";
import { createSemaphore } from "../../../../src/backends/host/semaphore.ts";

describe("work that may be cancelled", () => {
  const never = new Promise<void>(() => {});

  it("listens once, however much waits for one cancellation", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const semaphore = createSemaphore(1);
    const busy = semaphore(() => never, signal);
    const waiting = Array.from({ length: 240 }, (_, index) =>
      index % 2 === 0 ? cancellable(never, "work", signal) : semaphore(() => never, signal),
    );
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    controller.abort();
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes).toHaveLength(240);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: "ERR_CANCELLED" } });
    void busy;
  });

  it("is cancelled at once if that was done before it began", async () => {
    await expect(cancellable(never, "work", AbortSignal.abort())).rejects.toMatchObject({ code: "ERR_CANCELLED" });
  });

  it("is not told any more once it took its listener back", () => {
    const controller = new AbortController();
    const heard: string[] = [];
    const forget = onAbort(controller.signal, () => heard.push("first"));
    onAbort(controller.signal, () => heard.push("second"));
    forget();
    controller.abort();
    expect(heard).toEqual(["second"]);
  });
});
