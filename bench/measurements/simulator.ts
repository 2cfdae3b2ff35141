import { defaultGuests } from "../../src/backends/simulated/guests.ts";
import { type GuestState, INITIAL_GUEST_STATE, step } from "../../src/core/guest/step.ts";
import { DEFAULT_TUNABLES } from "../../src/core/tunables.ts";
import { createSimHost } from "../../src/sim/host.ts";
import type { Figure } from "../budgets.ts";

const TICK_MS = 10;
const WARM_UP_MS = 1000;
const MEASURED_MS = 4000;

/** The simulated host of `npm start`, with a tick of the kernel model, an observation and a step at each 10 ms. */
export async function measureSimulator(): Promise<readonly Figure[]> {
  const run = createRun();
  run(WARM_UP_MS);
  const { steps, tookMs } = run(MEASURED_MS);
  const perSecond = (steps / tookMs) * 1000;
  const note = `${(1e9 / perSecond).toFixed(0)} ns for tick, observation, guarded step and target; six guests, ${TICK_MS} ms ticks`;
  return [{ value: perSecond, note }];
}

type Run = (forMs: number) => { readonly steps: number; readonly tookMs: number };

function createRun(): Run {
  const host = createSimHost({ guests: defaultGuests(1), tickMs: TICK_MS });
  const states = new Map<string, GuestState>(host.guests().map((guest) => [guest, INITIAL_GUEST_STATE]));
  const stepAll = (): void => {
    host.advance(TICK_MS);
    for (const [guest, before] of states) {
      const { state, decision } = step(before, host.observe(guest), DEFAULT_TUNABLES, host.nowMs());
      states.set(guest, state);
      if (decision.balloonTargetPages !== null) host.setTarget(guest, decision.balloonTargetPages);
    }
  };
  return (forMs) => {
    const beganMs = performance.now();
    let ticks = 0;
    while (performance.now() - beganMs < forMs) {
      for (let count = 0; count < 100; count += 1) stepAll();
      ticks += 100;
    }
    return { steps: ticks * states.size, tookMs: performance.now() - beganMs };
  };
}
