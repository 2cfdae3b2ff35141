import { describe, expect, it } from "vitest";
import { NO_STATISTICS } from "../../../../src/backends/host/statistics.ts";
import { parseGuestStatistics } from "../../../../src/backends/qemu/statistics.ts";

describe("a balloon's guest-stats", () => {
  it("are taken as QEMU 10 gives them", () => {
    const reply = JSON.parse(
      '{"stats":{"stat-swap-out":4096,"stat-available-memory":114601984,"stat-free-memory":111079424,"stat-oom-kills":2,' +
        '"stat-alloc-stalls":9,"stat-total-memory":157089792,"stat-swap-in":0,"stat-disk-caches":14778368},"last-update":1795414677}',
    );
    expect(parseGuestStatistics(reply)).toEqual({
      lastUpdateS: 1_795_414_677,
      statistics: {
        totalBytes: 157_089_792,
        freeBytes: 111_079_424,
        availableBytes: 114_601_984,
        cacheBytes: 14_778_368,
        swapInBytes: 0,
        swapOutBytes: 4096,
        oomKills: 2,
        allocStalls: 9,
      },
    });
  });

  it("that the guest does not give are -1 as 2^64 - 1, and become null", () => {
    const reply = JSON.parse(
      '{"stats":{"stat-total-memory":18446744073709551615,"stat-free-memory":9223372036854775808},"last-update":0}',
    );
    expect(parseGuestStatistics(reply)).toEqual({ lastUpdateS: 0, statistics: NO_STATISTICS });
  });

  it.each([
    null,
    7,
    "x",
    [],
    {},
    { stats: null },
    { stats: { "stat-total-memory": "1" }, "last-update": "now" },
    { stats: { "stat-total-memory": -1, "stat-free-memory": 1.5 }, "last-update": -1 },
  ])("that are nonsense become null: %j", (reply) => {
    expect(parseGuestStatistics(reply)).toEqual({ lastUpdateS: null, statistics: NO_STATISTICS });
  });
});
