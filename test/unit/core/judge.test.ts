import { describe, expect, it } from "vitest";
import type { Reading } from "../../../src/core/backend.ts";
import { type ControllerState, foundState } from "../../../src/core/guest/state.ts";
import { accountOf } from "../../../src/core/host/ledger.ts";
import type { HostState } from "../../../src/core/host/state.ts";
import { judge } from "../../../src/core/judge.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { accountIn, envOf, hostEnv, hostOf } from "../../support/guest-env.ts";
import { observationOf } from "../../support/observations.ts";

const MIB = 256;
const found: ControllerState = foundState("driver", 0);

/** Guest `a` has 512 of 1024 MiB, of which its kernel owns all, and wants `wantsMib`. */
const readingOf = (wantsMib: number, change: Parameters<typeof observationOf>[0] = {}): Reading => ({
  observation: observationOf({
    ...{ guest: "a", totalramPages: 512 * MIB, balloonCurrentPages: 512 * MIB, balloonMaxPages: 1024 * MIB },
    ...{ maxPfn: 1024 * MIB, committedPages: wantsMib * MIB, totalreservePages: 0, ...change },
  }),
  notices: [],
});

const UNGUARDED = { guard: 0, selfballoon_reserved_mb: 0 };
const full = (memoryMib: number) => envOf({ host: hostEnv(memoryMib) }, UNGUARDED);

describe("what guest and host make of a reading", () => {
  it("is the law's decision alone where no host is shared", () => {
    const reading = readingOf(700);
    const judged = judge(found, null, reading, envOf({}, UNGUARDED), 0);
    expect(judged.decision).toMatchObject({ reason: "raise", balloonTargetPages: 700 * MIB });
    expect(judged).toMatchObject({ host: null, wantedPages: 700 * MIB, stepSoon: [], notices: [] });
    expect(judged.observation).toBe(reading.observation);
  });

  it("says what was wanted and grants what there is, and calls those who have more than their share", () => {
    const host = hostOf(accountIn("a", 512), accountIn("b", 1000, { goalBytes: 100 * BYTES_PER_MIB }));
    const judged = judge(found, host, readingOf(700), full(1612), 0);
    expect(judged.wantedPages).toBe(700 * MIB);
    expect(judged.decision).toMatchObject({ balloonTargetPages: 612 * MIB, clamps: ["host"] });
    expect(judged.stepSoon).toEqual(["b"]);
    expect(judged.host === null ? null : accountOf(judged.host.ledger, "a")?.currentBytes).toBe(612 * BYTES_PER_MIB);
  });

  it("is bounded by what the operator allows, and not contradictory for that", () => {
    const env = envOf({ host: hostEnv(4096, { maxMb: 300 }) }, UNGUARDED);
    const reading = readingOf(700);
    const judged = judge(found, hostOf(accountIn("a", 512)), reading, env, 0);
    expect(judged.decision).toMatchObject({ balloonTargetPages: 300 * MIB });
    expect(judged.observation.balloonMaxPages).toBe(300 * MIB);
    expect(judged.reading).toBe(reading);
  });

  it.each<[string, HostState | null, ReturnType<typeof envOf>]>([
    ["alone", null, envOf({}, UNGUARDED)],
    ["on a host", hostOf(accountIn("a", 512)), full(4096)],
  ])("holds a guest %s that has more than its machine can have", (_, host, env) => {
    const judged = judge(found, host, readingOf(700, { balloonCurrentPages: 2000 * MIB }), env, 0);
    const held = { reason: "contradictory", targetPages: null, balloonTargetPages: null };
    expect(judged).toMatchObject({ decision: held, wantedPages: null, stepSoon: [] });
    if (host === null) return;
    const account = judged.host === null ? null : accountOf(judged.host.ledger, "a");
    expect(account).toMatchObject({ currentBytes: 2000 * BYTES_PER_MIB, isFixed: true });
  });

  it.each([
    [false, "unmanaged"],
    [true, "off"],
  ])("names why a guest with selfballooning off is left alone; ours: %s", (isManaged, reason) => {
    const env = envOf({ host: hostEnv(4096, { isManaged }) }, { selfballooning: 0 });
    const judged = judge(found, hostOf(), readingOf(700), env, 0);
    expect(judged.decision).toMatchObject({ reason, balloonTargetPages: null });
    expect(judged.host === null ? null : accountOf(judged.host.ledger, "a")).toMatchObject({
      currentBytes: 512 * BYTES_PER_MIB,
      isFixed: true,
    });
  });

  it("tells once that what a guest gives does not come free, and takes no more from then on", () => {
    let host: HostState | null = hostOf();
    const codes: (readonly string[])[] = [];
    const targets: (number | null)[] = [];
    for (let look = 0; look < 12; look += 1) {
      const reading = { ...readingOf(100), rssBytes: 1200 * BYTES_PER_MIB };
      const judged = judge(found, host, reading, full(4096), look * 5000);
      host = judged.host;
      codes.push(judged.notices.map(({ code }) => code));
      targets.push(judged.decision.balloonTargetPages);
    }
    expect(codes.flat()).toEqual(["no_effect"]);
    expect(codes[9]).toEqual(["no_effect"]);
    expect(targets[0]).toBeLessThan(512 * MIB);
    expect(targets.at(-1)).toBe(512 * MIB);
  });

  it("changes nothing that it was given", () => {
    const host = hostOf(accountIn("a", 512));
    const before = JSON.stringify([found, host]);
    judge(found, host, readingOf(700), full(4096), 0);
    expect(JSON.stringify([found, host])).toBe(before);
  });
});
