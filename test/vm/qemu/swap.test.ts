import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/journal-record.ts";
import { vmGate } from "../rig/requirements.ts";
import { type KernelChoice, newestKernelGate } from "./images.ts";
import type { DaemonEvidence } from "./swap/daemon.ts";
import { playSwap, type SwapEvidence } from "./swap/scenario.ts";
import { SWAP_KINDS, type SwapKind } from "./swap/setting.ts";

const gate = vmGate();
const GATES: Readonly<Record<KernelChoice, boolean>> = {
  "6.1": gate.skip,
  newest: gate.skip || (await newestKernelGate()).skip,
};

/** What a killed daemon leaves of each, then `release`, then a daemon that starts again; a limit, or slices. */
const LEFTOVERS: Readonly<Record<SwapKind, SwapEvidence["leftovers"]>> = {
  zram: { whole: "max", afterKill: "max", afterRelease: "max", afterRestart: "max" },
  zswap: { whole: "max", afterKill: "max", afterRelease: "max", afterRestart: "max" },
  slices: {
    whole: "15 slices on",
    afterKill: "a slice on record, 14 slices on",
    afterRelease: "15 slices on",
    afterRestart: "15 slices on",
  },
};

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
      const [zram, zswap, slices] = await Promise.all([play("zram"), play("zswap"), play("slices")]);
      guests = { zram, zswap, slices };
    });

    afterAll(() => {
      for (const evidence of played) console.log(describeFigures(evidence));
    });

    it.for(SWAP_KINDS)("with %s waits for three quiet steps, then asks for a twentieth less at every step", (kind) => {
      const { first, second } = guests[kind];
      for (const { steps } of [first, second]) expect(targetsOf(steps)).toEqual(lawOn(steps));
      expect(targetsOf(first.steps).filter((pages) => pages !== null).length).toBeGreaterThan(3);
    });

    it.for(SWAP_KINDS)("with %s is followed by what the kernel stores", (kind) => {
      const { first, second, largestPart } = guests[kind];
      const working = [...first.shrinks, ...second.shrinks].filter(({ freedPages }) => freedPages > 0);
      expect(working.length).toBeGreaterThan(3);
      for (const { startPages, leftPages, targetPages, freedPages, end } of working) {
        // On a machine that is slow that day the time of a step may be over first, each time.
        if (end === "reached") expect(leftPages).toBeLessThanOrEqual(targetPages);
        // What others freed meanwhile, such as a process that ended, is no part of it.
        expect(startPages - freedPages).toBeGreaterThan(targetPages - largestPart);
      }
    });

    it.for(SWAP_KINDS)("with %s stops within a step while memory is short", (kind) => {
      const { second, pressure } = guests[kind];
      const meanwhile = second.shrinks.filter(({ atMs }) => atMs >= pressure.fromMs && atMs <= pressure.toMs);
      expect(meanwhile.filter(({ freedPages }) => freedPages > 0).length).toBeLessThan(2);
    });

    it.for(SWAP_KINDS)(
      "with %s goes on after that until processes have nothing left in it; zswap's disk is left alone",
      (kind) => {
        const { finalPages, finalProcessKib, finalDiskKib, swappedPages } = guests[kind];
        expect(finalProcessKib).toBeLessThan(4096 + finalDiskKib);
        // Page by page, shared memory and tmpfs are left, here what the guest booted from; slices bring back everything.
        expect(finalPages).toBeLessThan(kind === "slices" ? 1 : swappedPages / 10);
      },
    );

    it.for(SWAP_KINDS)("with %s leaves every word of the load as it was, through a kill -9 in the middle", (kind) => {
      const { withoutLoop, withLoop, oomKills } = guests[kind];
      for (const { result } of [withoutLoop, withLoop]) {
        expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(" 0 corrupt pages") });
      }
      expect(oomKills).toBe(0);
    });

    it.for(SWAP_KINDS)("with %s is whole again after a kill -9, by release and by the next start", (kind) => {
      expect(guests[kind].leftovers).toEqual(LEFTOVERS[kind]);
    });

    it.for(SWAP_KINDS)("with %s is told by doctor how pages come back", (kind) => {
      const { doctor } = guests[kind];
      const name = { zram: "zram0", zswap: "zswap", slices: "zram0, zram1," }[kind];
      expect(doctor).toContain(`Compressed swap is in use: ${name}`);
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
