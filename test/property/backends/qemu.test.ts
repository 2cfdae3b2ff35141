import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAgentReply } from "../../../src/backends/host/agent-protocol.ts";
import { requireSafeTarget } from "../../../src/backends/host/balloon-state.ts";
import { statisticsReadings } from "../../../src/backends/host/statistics.ts";
import { LineSplitter } from "../../../src/backends/qemu/json-lines.ts";
import { parseQmpMessage } from "../../../src/backends/qemu/qmp-message.ts";
import { parseGuestStatistics } from "../../../src/backends/qemu/statistics.ts";
import { linesOf } from "../../support/qmp/lines-of.ts";

const anyLine = fc.oneof(
  fc.string(),
  fc.json(),
  fc.json({ maxDepth: 8 }).map((json) => `{"return": ${json}}`),
);

describe("what a peer says", () => {
  it("splits into the same lines, whatever the pieces are", () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(300), { maxLength: 8 }), (whole, cuts) => {
        const inOne = linesOf(new LineSplitter("peer", 1000), whole);
        const splitter = new LineSplitter("peer", 1000);
        const bounds = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const inPieces = bounds.flatMap((end, index) => linesOf(splitter, whole.subarray(bounds[index - 1] ?? 0, end)));
        expect(inPieces).toEqual(inOne);
      }),
    );
  });

  it("is a message or null, and never throws", () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        expect([null, "greeting", "reply", "refusal", "event"]).toContain(parseQmpMessage(line)?.kind ?? null);
        expect([true, false, null]).toContain(parseAgentReply(line)?.ok ?? null);
      }),
    );
  });
});

describe("what a guest claims in its statistics", () => {
  const amount = fc.oneof(fc.nat(), fc.bigInt({ min: -1n, max: 2n ** 64n }).map(Number), fc.double(), fc.constant("x"));
  const names = ["total-memory", "free-memory", "available-memory", "disk-caches", "swap-in", "swap-out", "oom-kills"];
  const stats = fc.dictionary(fc.constantFrom(...names.map((name) => `stat-${name}`)), amount);
  const MIB = 1_048_576;

  it("never becomes more than the machine has, nor anything but whole pages or null", () => {
    fc.assert(
      fc.property(stats, fc.integer({ min: 64, max: 65_536 }), fc.boolean(), (claimed, maximumMib, totalIsConstant) => {
        const { statistics } = parseGuestStatistics({ stats: claimed, "last-update": 1 });
        const maximumBytes = maximumMib * MIB;
        const balloon = { currentBytes: maximumBytes / 2, maximumBytes, unballoonedBytes: 0, totalIsConstant };
        const readings = statisticsReadings(statistics, balloon);
        for (const value of Object.values(readings)) {
          expect(value === null || (Number.isSafeInteger(value) && value >= 0)).toBe(true);
        }
        expect(readings.totalramPages ?? 0).toBeLessThanOrEqual(balloon.currentBytes / 4096);
        expect(readings.availablePages ?? 0).toBeLessThanOrEqual(maximumBytes / 4096);
      }),
      { examples: [[{ "stat-total-memory": 65 * MIB, "stat-available-memory": 65 * MIB }, 64, false]] },
    );
  });
});

describe("the last check of a target", () => {
  it("lets nothing through but whole bytes between 64 MiB, or the maximum if that is less, and the maximum", () => {
    const bytes = fc.oneof(fc.integer(), fc.double(), fc.nat(2 ** 31 - 1));
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 2 ** 40 }), (target, maximum) => {
        const allowed = Number.isInteger(target) && target >= Math.min(64 * 1_048_576, maximum) && target <= maximum;
        const check = expect(() => requireSafeTarget(target, maximum));
        if (allowed) check.not.toThrow();
        else check.toThrow(/nothing was written/);
      }),
    );
  });
});
