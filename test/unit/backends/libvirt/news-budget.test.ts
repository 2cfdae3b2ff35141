import { describe, expect, it } from "vitest";
import { NewsBudget } from "../../../../src/backends/libvirt/news-budget.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

describe("the news of one libvirt connection", () => {
  function rig() {
    const clock = new VirtualClock();
    const passedAtMs: number[] = [];
    const beganMs = clock.nowMs();
    const budget = new NewsBudget(clock, () => passedAtMs.push(clock.nowMs() - beganMs));
    return { clock, passedAtMs, budget };
  }

  it("is passed on at once four times, then once a second, and none is lost", async () => {
    const { clock, passedAtMs, budget } = rig();
    for (let nth = 0; nth < 250; nth += 1) {
      budget.take();
      await clock.advance(10);
    }
    await clock.advance(10_000);
    expect(passedAtMs).toEqual([0, 10, 20, 30, 1000, 2000, 3000]);
    budget.take();
    expect(passedAtMs).toHaveLength(8);
  });

  it("comes no more after the connection was closed", async () => {
    const { clock, passedAtMs, budget } = rig();
    for (let nth = 0; nth < 5; nth += 1) budget.take();
    budget.close();
    budget.take();
    await clock.advance(10_000);
    expect(passedAtMs).toHaveLength(4);
  });
});
