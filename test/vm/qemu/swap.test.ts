import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/control.ts";
import { vmGate } from "../rig/requirements.ts";
import { type KernelChoice, newestKernelGate } from "./images.ts";
import { type DaemonEvidence, playSwap, type SwapEvidence, type SwapKind } from "./swap/scenario.ts";

const gate = vmGate();
const GATES: Readonly<Record<KernelChoice, boolean>> = {
  "6.1": gate.skip,
  newest: gate.skip || (await newestKernelGate()).skip,
};

/** Kernels up to 6.14 free places in swap in lots of so many, so the kernel's count falls in lots. */
const LOT_PAGES = 64;

const KINDS: readonly SwapKind[] = ["zram", "zswap"];

describe.for(Object.entries(GATES) as [KernelChoice, boolean][])("self-shrinking on kernel %s", ([kernel, skip]) => {
  describe.skipIf(skip)("in guests whose load went calm after it was swapped out", () => {
    let guests: Readonly<Record<SwapKind, SwapEvidence>>;
    const played: SwapEvidence[] = [];

    beforeAll(async () => {
      const play = async (kind: SwapKind): Promise<SwapEvidence> => {
        const evidence = await playSwap(kernel, kind);
        played.push(evidence);
        return evidence;
      };
      const [zram, zswap] = await Promise.all([play("zram"), play("zswap")]);
      guests = { zram, zswap };
    });

    afterAll(() => {
      for (const evidence of played) console.log(describeFigures(evidence));
    });

    it.for(KINDS)("with %s waits for three quiet steps, then asks for a twentieth less at every step", (kind) => {
      const { first, second } = guests[kind];
      for (const { steps } of [first, second]) expect(targetsOf(steps)).toEqual(lawOn(steps));
      expect(targetsOf(first.steps).filter((pages) => pages !== null).length).toBeGreaterThan(3);
    });

    it.for(KINDS)("with %s is followed by what the kernel stores", (kind) => {
      const { first, second } = guests[kind];
      const reached = [...first.shrinks, ...second.shrinks].filter(({ end }) => end === "reached");
      expect(reached.length).toBeGreaterThan(2);
      for (const { leftPages, targetPages } of reached) {
        expect(leftPages).toBeLessThanOrEqual(targetPages);
        expect(leftPages).toBeGreaterThan(targetPages - LOT_PAGES);
      }
    });

    it.for(KINDS)("with %s stops within a step while memory is short", (kind) => {
      const { second, pressure } = guests[kind];
      const meanwhile = second.shrinks.filter(({ atMs }) => atMs >= pressure.fromMs && atMs <= pressure.toMs);
      expect(meanwhile.filter(({ freedPages }) => freedPages > 0).length).toBeLessThan(2);
    });

    it.for(KINDS)(
      "with %s goes on after that until processes have nothing left in it; zswap's disk is left alone",
      (kind) => {
        const { finalPages, finalProcessKib, finalDiskKib, swappedPages, second } = guests[kind];
        expect(finalProcessKib).toBeLessThan(4096 + finalDiskKib);
        expect(finalPages).toBeLessThan(swappedPages / 10);
        expect(second.shrinks.every(({ skippedProcesses }) => skippedProcesses === 0)).toBe(true);
      },
    );

    it.for(KINDS)("with %s leaves every word of the load as it was, through a kill -9 in the middle", (kind) => {
      const { withoutLoop, withLoop, oomKills, swapHighAfterRestart } = guests[kind];
      for (const { result } of [withoutLoop, withLoop]) {
        expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(" 0 corrupt pages") });
      }
      expect(oomKills).toBe(0);
      expect(swapHighAfterRestart).toBe("max");
    });

    it.for(KINDS)("with %s is told by doctor how pages come back", (kind) => {
      const { doctor } = guests[kind];
      expect(doctor).toContain(`Compressed swap is in use: ${kind === "zram" ? "zram0" : "zswap"}.`);
      expect(doctor.includes("memory.swap.high")).toBe(kind === "zswap" && kernel === "6.1");
      expect(doctor).not.toContain("fail ");
    });
  });
});

const targetsOf = (steps: readonly StepRecord[]) => steps.map(({ decision }) => decision.frontswapTargetPages);

/** The specification's rule (section 4), said once more, on the readings that the daemon had. */
function lawOn(steps: readonly StepRecord[]): readonly (number | null)[] {
  let lastPages = 0;
  let quietSteps = 0;
  return steps.map(({ observation: { frontswapPages: pages }, tunables: { frontswap_hysteresis: divisor } }) => {
    if (pages === null) return null;
    quietSteps = pages === 0 || pages > lastPages ? 0 : quietSteps + 1;
    lastPages = pages;
    if (quietSteps < 3) return null;
    return pages <= divisor ? 0 : pages - Math.floor(pages / divisor);
  });
}

function describeFigures({ kernel, kind, swappedPages, withoutLoop, withLoop, ...rest }: SwapEvidence): string {
  const rates = (evidence: DaemonEvidence): string =>
    evidence.shrinks.map(({ startPages, leftPages, end }) => `${startPages}>${leftPages} ${end}`).join(", ");
  const shrinks = [...rest.first.shrinks, ...rest.second.shrinks];
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const perSecond = sum(shrinks.map(({ freedPages }) => freedPages)) / (sum(shrinks.map(({ cpuMs }) => cpuMs)) / 1000);
  return [
    `${kernel} ${kind}: ${swappedPages} pages swapped; ${rest.finalPages} left, ` +
      `${rest.finalProcessKib} KiB of processes in swap, of that at most ${Math.max(0, rest.finalDiskKib)} KiB on a disk`,
    `  the load wakes: ${withoutLoop.wokenMs} ms without the loop, ${withLoop.wokenMs} ms with it`,
    `  ${Math.round(perSecond)} pages freed in a second of processor time (emulated)`,
    `  until killed: ${rates(rest.first)}`,
    `  after that: ${rates(rest.second)}`,
  ].join("\n");
}
