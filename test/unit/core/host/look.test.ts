import { describe, expect, it } from "vitest";
import type { HostSight } from "../../../../src/core/host/host-reading.ts";
import { lookAtHost, nextLookMs } from "../../../../src/core/host/look.ts";
import { changeRules } from "../../../../src/core/host/planner.ts";
import { givesBack, type Take } from "../../../../src/core/host/pressure.ts";
import type { HostState } from "../../../../src/core/host/state.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";
import { accountIn, hostOf } from "../../../support/guest-env.ts";

function sight(availableMib: number): HostSight {
  return {
    totalBytes: 10_000 * BYTES_PER_MIB,
    availableBytes: availableMib * BYTES_PER_MIB,
    ...{ someShare: null, fullShare: null, swapOutBytesPerS: null, swappedBytes: 0 },
  };
}

function host(take: Take): HostState {
  return changeRules(hostOf(accountIn("a", 2000), accountIn("b", 2000), accountIn("c", 2000, { isFixed: true })), take);
}

const codes = ({ notices }: ReturnType<typeof lookAtHost>): readonly string[] => notices.map(({ code }) => code);

describe("a look at the host's own memory", () => {
  it("changes nothing while it has plenty", () => {
    const first = lookAtHost(host("as_needed"), sight(5000), 0).state;
    expect(lookAtHost(first, sight(4000), 1000).state).toBe(first);
  });

  it("asks all that can give for their part of what is missing, once a second, until the need is over", () => {
    const short = lookAtHost(host("as_needed"), sight(800), 0);
    expect(short.stepSoon).toEqual(["a", "b"]);
    expect(short.state.pressure.askedShares.normal).toBe(Math.ceil((400 / 4000) * 1024) / 1024);
    expect(lookAtHost(short.state, sight(900), 999).stepSoon).toEqual([]);
    expect(lookAtHost(short.state, sight(900), 1000).stepSoon).toEqual(["a", "b"]);
    const over = lookAtHost(short.state, sight(1200), 1000);
    expect([over.stepSoon, over.state.pressure.askedShares.normal]).toEqual([[], 0]);
  });

  it("asks one of a higher priority only for what those of a lower do not have idle", () => {
    const idle = { activeShare: 0.5 };
    const low = accountIn("low", 600, { ...idle, priority: "best_effort" });
    const all = hostOf(low, accountIn("mid", 1000, idle), accountIn("high", 1000, { ...idle, priority: "protected" }));
    const asked = (availableMib: number) => lookAtHost(changeRules(all, "as_needed"), sight(availableMib), 0);
    const little = asked(950);
    expect(little.stepSoon).toEqual(["low"]);
    expect(little.state.pressure.askedShares).toEqual({ best_effort: 427 / 1024, normal: 0, protected: 0 });
    expect(asked(800).stepSoon).toEqual(["low", "mid"]);
    expect(asked(350).stepSoon).toEqual(["low", "mid", "high"]);
    const alike = hostOf(...["low", "mid", "high"].map((guest) => accountIn(guest, 900, idle)));
    expect(lookAtHost(changeRules(alike, "as_needed"), sight(950), 0).stepSoon).toEqual(["low", "mid", "high"]);
  });

  it("asks nobody where guests always give, but in an emergency", () => {
    const short = lookAtHost(host("always"), sight(800), 0);
    expect([short.stepSoon, codes(short)]).toEqual([[], []]);
    const emergency = lookAtHost(short.state, sight(100), 1000);
    expect([emergency.stepSoon, codes(emergency)]).toEqual([["a", "b"], ["host_emergency"]]);
    expect(codes(lookAtHost(emergency.state, sight(5000), 2000))).toEqual(["host_has_enough"]);
  });

  it("tells of a need once, until there was more than enough", () => {
    const need = lookAtHost(host("as_needed"), sight(800), 0);
    const gone = lookAtHost(need.state, sight(1300), 1000);
    const again = lookAtHost(gone.state, sight(800), 2000);
    const worse = lookAtHost(again.state, sight(100), 3000);
    const enough = lookAtHost(worse.state, sight(5000), 4000);
    expect([need, gone, again, worse, enough].map(codes)).toEqual([
      ...[["host_needs"], [], [], ["host_emergency"], ["host_has_enough"]],
    ]);
  });

  it("tells nothing of the end of a need that it did not tell of", () => {
    const short = lookAtHost(host("always"), sight(800), 0);
    expect(codes(lookAtHost(short.state, sight(5000), 1000))).toEqual([]);
    const needed = lookAtHost(host("as_needed"), sight(800), 0);
    expect(codes(lookAtHost(needed.state, sight(5000), 1000))).toEqual(["host_has_enough"]);
  });

  it("tells of no need after an emergency until there was more than enough", () => {
    const emergency = lookAtHost(host("as_needed"), sight(100), 0);
    expect(codes(lookAtHost(emergency.state, sight(800), 1000))).toEqual([]);
  });

  it("tells what is available, and of how much", () => {
    const [notice] = lookAtHost(host("as_needed"), sight(800), 0).notices;
    expect(notice).toEqual({ code: "host_needs", details: { availableMib: 800, totalMib: 10_000 } });
  });

  it("gives back a minute after there was more than enough, and only where guests give as needed", () => {
    for (const take of ["as_needed", "always"] as const) {
      const { pressure } = lookAtHost(host(take), sight(5000), 1000).state;
      expect([givesBack(pressure, 60_999), givesBack(pressure, 61_000)]).toEqual([false, take === "as_needed"]);
    }
  });

  it("leaves the need as it was where the host says nothing", () => {
    const short = lookAtHost(host("as_needed"), sight(800), 0).state;
    expect(lookAtHost(short, { ...sight(0), availableBytes: null }, 500).state).toBe(short);
    const silent = lookAtHost(host("as_needed"), { ...sight(0), availableBytes: null }, 500).state;
    expect(silent.pressure.need).toBeNull();
  });

  it("comes after a second, and sooner while the host is tight", () => {
    expect([nextLookMs(sight(2001)), nextLookMs(sight(1999))]).toEqual([1000, 250]);
    expect(nextLookMs({ ...sight(0), availableBytes: null })).toBe(1000);
    expect(nextLookMs({ ...sight(0), totalBytes: null })).toBe(1000);
  });
});
