import { createKernel } from "../../../src/sim/boot.ts";
import { filePages } from "../../../src/sim/cache.ts";
import type { Kernel } from "../../../src/sim/kernel.ts";
import { readKernel } from "../../../src/sim/reading.ts";
import { tick } from "../../../src/sim/tick.ts";
import type { Workload } from "../../../src/sim/workload.ts";
import { loadOf, mib } from "../../support/sim.ts";
import { FILE_MIB, GUEST_MIB, PLAN } from "../../vm/qemu/validation/plan.ts";
import type { Moment, Played, PlayedProgram } from "./played.ts";

const TICK_MS = 10;
/** Before anything happens the model's guest takes what the real one held. */
const REST_S = 1;

/** The same programs and balloon targets, at the same times, in the simulated kernel, read when the real one was. */
export function replayInModel(played: Played): readonly Moment[] {
  const rest = restOf(played);
  const kernel = createKernel({
    maximumMib: GUEST_MIB,
    swapMib: GUEST_MIB,
    loads: [rest, ...played.programs.map(workloadOf)],
  });
  const targets = [...played.targets];
  return played.moments.map(({ startS }) => {
    for (; kernel.nowMs < (REST_S + startS) * 1000; tick(kernel, TICK_MS)) {
      const next = targets[0];
      if (next === undefined || kernel.nowMs < (REST_S + next.startS) * 1000) continue;
      kernel.targetPages = mib(next.targetMib);
      targets.shift();
    }
    return readMoment(kernel, startS);
  });
}

function readMoment(kernel: Kernel, startS: number): Moment {
  const { swap } = kernel;
  return {
    startS,
    observation: readKernel(kernel, "model"),
    cachedPages: filePages(kernel.cache),
    swappedPages: swap.diskPages + swap.zramPages,
  };
}

/** What the guest holds while nothing runs is its own affair: the model is given the difference as a constant. */
function restOf(played: Played): Workload {
  const real = played.moments[0]?.observation;
  const model = readKernel(createKernel({ maximumMib: GUEST_MIB, swapMib: GUEST_MIB, loads: [] }), "model");
  if (real?.freePages == null || model.freePages === null) throw new Error("the first observation has no free memory");
  const usedMib = (model.freePages - real.freePages) / mib(1);
  return loadOf(() => ({ kernel: usedMib }));
}

function workloadOf({ name, startS, filledS, endedS }: PlayedProgram): Workload {
  const program = PLAN.find((planned) => "name" in planned && planned.name === name);
  if (program === undefined || !("name" in program)) throw new Error(`the plan has no program ${name}`);
  const age = (seconds: number): number => seconds - REST_S - startS;
  const runs = (seconds: number): boolean => age(seconds) >= 0 && age(seconds) < endedS;
  if ("cachePassS" in program) {
    return loadOf((seconds) => ({ cache: runs(seconds) ? FILE_MIB : 0 }), { touchSeconds: program.cachePassS });
  }
  const { anonMib, passS } = program;
  const filled = (seconds: number): number => Math.min(1, age(seconds) / filledS);
  return loadOf(
    (seconds) => (runs(seconds) ? { anon: anonMib * filled(seconds), committed: anonMib } : {}),
    passS === 0 ? { hotShare: 0 } : { hotShare: 1, touchSeconds: passS },
  );
}
