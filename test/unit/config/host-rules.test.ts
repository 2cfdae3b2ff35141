import { totalmem } from "node:os";
import { describe, expect, it } from "vitest";
import { hostRules } from "../../../src/config/host-rules.ts";
import type { GuestSection } from "../../../src/config/load.ts";
import { NO_LIMITS } from "../../../src/core/limits.ts";
import { readQuietHours } from "../../../src/core/quiet-hours.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";

const NOTHING_SAID = { memory: null, reserveMb: null, take: null, overcommit: null };
const section = (pattern: string, terms: GuestSection["terms"] = {}): GuestSection => ({
  pattern,
  tunables: [],
  terms,
});

describe("the rules of a host", () => {
  it("leave an eighth of the machine to the host, and keep a sixteenth of the rest, where nothing is said", () => {
    const { memoryBytes, reserveBytes } = hostRules({ host: NOTHING_SAID, guests: [] }, false).budget;
    expect(memoryBytes).toBe(Math.floor((totalmem() * 7) / 8));
    expect(reserveBytes).toBe(Math.floor(memoryBytes / 16));
  });

  it("take what is said", () => {
    const memory = { kind: "bytes", bytes: 1000 * BYTES_PER_MIB } as const;
    const host = { memory, reserveMb: 0, take: "as_needed", overcommit: 1.5 } as const;
    const budget = { memoryBytes: 1000 * BYTES_PER_MIB, reserveBytes: 0 };
    expect(hostRules({ host, guests: [] }, false)).toMatchObject({ budget, take: "as_needed", overcommit: 1.5 });
  });

  it("begin with a share of the whole machine, and keep no more of it than there is", () => {
    const memory = { kind: "share", share: 0.5 } as const;
    const { budget, take } = hostRules(
      { host: { ...NOTHING_SAID, memory, reserveMb: 1_000_000_000 }, guests: [] },
      false,
    );
    const memoryBytes = Math.floor(totalmem() / 2);
    expect(budget).toEqual({ memoryBytes, reserveBytes: memoryBytes });
    expect(take).toBe("always");
  });

  it.each([true, false])(
    "manage the guests of the sections but those that it says are not, and others: %s",
    (others) => {
      const guests = [section("web*"), section("web2", { isManaged: false })];
      const { terms } = hostRules({ host: NOTHING_SAID, guests }, others);
      expect(["web1", "web2", "db"].map((guest) => terms(guest).isManaged)).toEqual([true, false, others]);
    },
  );

  it("let a later section beat an earlier one, limit by limit", () => {
    const guests = [section("*", { minMb: 100, weight: 2 }), section("web", { minMb: 200 })];
    const { terms } = hostRules({ host: NOTHING_SAID, guests }, false);
    expect(terms("web")).toEqual({
      minMb: 200,
      maxMb: null,
      weight: 2,
      priority: "normal",
      isQuiet: false,
      isManaged: true,
    });
    expect(terms("db")).toEqual({
      minMb: 100,
      maxMb: null,
      weight: 2,
      priority: "normal",
      isQuiet: false,
      isManaged: true,
    });
    expect(hostRules({ host: NOTHING_SAID, guests: [] }, false).terms("db")).toEqual({
      ...NO_LIMITS,
      isManaged: false,
    });
  });

  it("leave guests alone in the hours of the last section that says any", () => {
    const hours = readQuietHours("22:00-06:00");
    const night = hours === null ? [] : [hours];
    const guests = [
      { ...section("*"), quietHours: night },
      { ...section("db"), quietHours: [] },
      section("*", { weight: 2 }),
    ];
    const { quietHours = () => [] } = hostRules({ host: NOTHING_SAID, guests }, false);
    expect([quietHours("web"), quietHours("db")]).toEqual([night, []]);
  });
});
