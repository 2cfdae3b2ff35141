import { describe, expect, it } from "vitest";
import { createSimulatedBackend } from "../../../src/backends/simulated/backend.ts";
import type { OpenBackend } from "../../../src/core/backend.ts";
import { selfballoonError } from "../../../src/core/errors.ts";
import type { HostRules } from "../../../src/core/host/rules.ts";
import type { StepRecord } from "../../../src/core/journal-record.ts";
import { NO_LIMITS } from "../../../src/core/limits.ts";
import type { Observation } from "../../../src/core/observation.ts";
import { createSettings } from "../../../src/core/settings.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Worker } from "../../../src/daemon/worker.ts";
import { createSimHost } from "../../../src/sim/host.ts";
import { PAGE_BYTES } from "../../../src/sim/watermarks.ts";
import { loadOf } from "../../support/sim.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const MIB = 256;
const LIES_FROM_S = 60;
const NEEDS_FROM_S = 120;
const END_S = 150;

/** What a guest may say of itself that gets it more memory. */
const LIES = {
  availability: () => ({ availablePages: 0, freePages: 0 }),
  reserve: ({ totalramPages }: Observation) => ({ totalreservePages: totalramPages }),
  both: ({ totalramPages }: Observation) => ({ availablePages: 0, freePages: 0, totalreservePages: totalramPages }),
} as const satisfies Record<string, (honest: Observation) => Partial<Observation>>;

interface Play {
  /** What `liar` says; null: it is honest. */
  readonly lie: keyof typeof LIES | null;
  readonly usesMib?: number;
  readonly knowsProcess?: boolean;
  /** From when on nothing of `liar` can be read. */
  readonly silentFromS?: number;
  readonly endS?: number;
  /** The most that the operator lets `liar` have. */
  readonly maxMb?: number;
  /** What the host has swapped out, all of it of `liar`; and what it says of that. */
  readonly swappedMib?: number;
  readonly saysSwappedMib?: number;
}

/**
 * A host of 2048 MiB. `liar` has weight 1, uses 100 MiB and begins to lie at a minute; `honest`, with ten times the weight,
 * uses 300 MiB and needs 1300 from two minutes on.
 */
async function play({ lie, usesMib = 100, knowsProcess = true, swappedMib = 0, ...more }: Play) {
  const { saysSwappedMib = swappedMib, silentFromS = Number.POSITIVE_INFINITY, endS = END_S, maxMb = null } = more;
  const clock = new VirtualClock();
  const sim = createSimHost({
    guests: [
      { name: "liar", maximumMib: 1536, swapMib: 512, loads: [loadOf(() => ({ anon: usesMib }))] },
      {
        ...{ name: "honest", maximumMib: 1792, swapMib: 1536 },
        loads: [loadOf((seconds) => ({ anon: seconds < NEEDS_FROM_S ? 300 : 1300 }))],
      },
    ],
  });
  const simulated = await createSimulatedBackend({ nowMs: () => clock.nowMs(), host: sim }).open();
  const said = (honest: Observation): Observation => {
    const isLie = honest.guest === "liar" && clock.nowMs() >= LIES_FROM_S * 1000;
    return isLie && lie !== null ? { ...honest, ...LIES[lie](honest) } : honest;
  };
  const isSilent = (guest: string): boolean => guest === "liar" && clock.nowMs() >= silentFromS * 1000;
  const backend: OpenBackend = {
    guests: (cancellation) => simulated.guests(cancellation),
    watch: (guest) => (isSilent(guest) ? null : said(sim.observe(guest))),
    size: (guest, cancellation) => simulated.size(guest, cancellation),
    apply: (guest, pages, pageBytes, cancellation) => simulated.apply(guest, pages, pageBytes, cancellation),
    release: (guest, maxBytes, cancellation) => simulated.release(guest, maxBytes, cancellation),
    close: () => simulated.close(),
    // Beside what its programs use, the process holds a kernel and an emulator.
    observe: async (guest, cancellation) => {
      if (isSilent(guest)) throw selfballoonError("ERR_SOCKET", { path: "/liar", problem: "it says nothing" });
      const { observation } = await simulated.observe(guest, cancellation);
      const absentMib = guest === "liar" ? swappedMib : 0;
      const heldBytes = (sim.wantedPages(guest) + (100 - absentMib) * MIB) * PAGE_BYTES;
      return { observation: said(observation), notices: [], rssBytes: knowsProcess ? heldBytes : null };
    },
  };
  const hostRules: HostRules = {
    budget: { memoryBytes: 2048 * BYTES_PER_MIB, reserveBytes: 128 * BYTES_PER_MIB },
    terms: (guest) => ({ ...NO_LIMITS, isManaged: true, ...(guest === "liar" ? { maxMb } : { weight: 10 }) }),
  };
  const journal = new Journal(10_000, () => clock.wallMs());
  const worker = new Worker({
    ...{ description: "scenario", backend, clock, journal, dryRun: false, hostRules },
    readHost: () => ({
      ...{ totalBytes: 8192 * BYTES_PER_MIB, availableBytes: 4096 * BYTES_PER_MIB, swapOutBytes: 0 },
      ...{ someTotalUs: 0, fullTotalUs: 0, swappedBytes: saysSwappedMib * BYTES_PER_MIB },
    }),
    configured: {
      settings: createSettings({ hasCompressedSwap: false }),
      sources: {},
      guestTunables: () => ({ selfballoon_interval: 1 }),
    },
  });
  await worker.start();
  await clock.advance(endS * 1000);
  const records = journal.after(0);
  return {
    hasMib: (guest: string) => (sim.currentPages(guest) * PAGE_BYTES) / BYTES_PER_MIB,
    oomKills: ["liar", "honest"].map((guest) => sim.score(guest).oomKills),
    notices: records.flatMap((one) => (one.kind === "notice" ? [`${one.guest} ${one.notice.code}`] : [])),
    liarSteps: records.filter((one): one is StepRecord => one.kind === "step" && one.decision.guest === "liar"),
  };
}

describe("a guest of little weight that claims more than it uses", () => {
  it.each(Object.keys(LIES) as (keyof typeof LIES)[])("of %s is named, and its neighbour is served", async (lie) => {
    const { hasMib, oomKills, notices, liarSteps } = await play({ lie });
    expect(hasMib("honest")).toBeGreaterThan(1300);
    expect(oomKills).toEqual([0, 0]);
    expect(notices).toEqual(["liar overclaims"]);
    expect(liarSteps.at(-1)?.decision.clamps).toContain("doubted");
  });

  it("of availability keeps what it was given where nobody knows what its process holds", async () => {
    const { hasMib, notices } = await play({ lie: "availability", knowsProcess: false });
    expect(hasMib("honest")).toBeLessThan(800);
    expect(notices).toEqual([]);
  });
});

describe("an honest guest of which its host has swapped out a large part", () => {
  const swapped = { lie: null, usesMib: 900, swappedMib: 700 } as const;

  it("keeps what it uses, though its process holds less", async () => {
    const { hasMib, oomKills, notices } = await play(swapped);
    expect(hasMib("liar")).toBeGreaterThan(900);
    expect(oomKills).toEqual([0, 0]);
    expect(notices).not.toContain("liar overclaims");
  });

  it("would lose it if what lies in swap were not counted", async () => {
    const { hasMib, notices } = await play({ ...swapped, saysSwappedMib: 0 });
    expect(hasMib("liar")).toBeLessThan(900);
    expect(notices).toContain("liar overclaims");
  });
});

describe("a guest that claims an emergency and then says nothing more", () => {
  // Its process may be about to use what it asked for: whoever took it back could end what runs there.
  it.each([62, 65, 110])("from second %d on keeps what it was given, and no more comes to it", async (silentFromS) => {
    const [before, { hasMib, oomKills, notices }] = await Promise.all([
      play({ lie: "availability", endS: silentFromS }),
      play({ lie: "availability", silentFromS }),
    ]);
    expect(hasMib("liar")).toBeLessThanOrEqual(before.hasMib("liar") + 256);
    expect(hasMib("liar")).toBeGreaterThanOrEqual(before.hasMib("liar"));
    expect(hasMib("honest")).toBeGreaterThan(700);
    expect(oomKills).toEqual([0, 0]);
    expect(notices).toContain("liar failed_open_in_part");
  });

  it("has no more than max_mb of it, and its neighbour is served", async () => {
    const { hasMib, oomKills } = await play({ lie: "availability", silentFromS: 65, maxMb: 512 });
    expect(hasMib("liar")).toBeLessThanOrEqual(512);
    expect(hasMib("honest")).toBeGreaterThan(1300);
    expect(oomKills).toEqual([0, 0]);
  });
});
