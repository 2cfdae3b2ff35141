import { describe, expect, it } from "vitest";
import { GuestQueue } from "../../../src/daemon/guest-queue.ts";

describe("the queue of a guest", () => {
  it("begins a task when the one before it has ended, and ends with the last", async () => {
    const queue = new GuestQueue(() => {});
    const done: string[] = [];
    let endFirst = (): void => {};
    const first = queue.add(async () => {
      done.push("first begins");
      await new Promise<void>((resolve) => {
        endFirst = resolve;
      });
      done.push("first ends");
    });
    const second = queue.add(async () => {
      done.push("second");
    });
    await Promise.resolve();
    expect(done).toEqual(["first begins"]);
    endFirst();
    await first;
    await Promise.all([second, queue.ended()]);
    expect(done).toEqual(["first begins", "first ends", "second"]);
  });

  it("does what comes after a task that failed, and says what it threw", async () => {
    const problems: unknown[] = [];
    const queue = new GuestQueue((thrown) => problems.push(thrown));
    await queue.add(() => Promise.reject(new Error("a bug")));
    let isDone = false;
    await queue.add(async () => {
      isDone = true;
    });
    expect({ isDone, problems }).toEqual({ isDone: true, problems: [new Error("a bug")] });
  });

  it("waits at its end for all that was added, and for nothing if nothing was", async () => {
    const queue = new GuestQueue(() => {});
    await queue.ended();
    let isDone = false;
    void queue.add(async () => {
      await Promise.resolve();
      isDone = true;
    });
    await queue.ended();
    expect(isDone).toBe(true);
  });
});
