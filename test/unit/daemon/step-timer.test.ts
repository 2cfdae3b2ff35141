import { describe, expect, it } from "vitest";
import { StepTimer } from "../../../src/daemon/step-timer.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

function rig() {
  const clock = new VirtualClock();
  const timer = new StepTimer(clock);
  let runs = 0;
  timer.arm(1000, () => {
    runs += 1;
  });
  return { clock, timer, runs: () => runs };
}

describe("the timer of a step", () => {
  it("runs its job once, when it is due", async () => {
    const { clock, runs } = rig();
    await clock.advance(999);
    expect(runs()).toBe(0);
    await clock.advance(5000);
    expect(runs()).toBe(1);
  });

  it("is armed until it is disarmed, also while its job runs", async () => {
    const { clock, timer } = rig();
    await clock.advance(2000);
    expect(timer.isArmed).toBe(true);
    timer.disarm();
    expect(timer.isArmed).toBe(false);
    expect(new StepTimer(clock).isArmed).toBe(false);
  });

  it("runs nothing that was disarmed", async () => {
    const { clock, timer, runs } = rig();
    timer.disarm();
    await clock.advance(5000);
    expect(runs()).toBe(0);
  });

  it("is out of time only when its job has not ended half a minute after it was due", async () => {
    const { clock, timer } = rig();
    await clock.advance(30_999);
    expect(timer.isInTime).toBe(true);
    await clock.advance(1);
    expect(timer.isInTime).toBe(false);
    timer.disarm();
    expect(timer.isInTime).toBe(true);
  });
});
