import { describe, expect, it } from "vitest";
import { budgetNow, budgetOf, type MemoryTerm } from "../../../../src/core/host/budget-terms.ts";
import { ledgerOf } from "../../../../src/core/host/ledger.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";
import { accountIn } from "../../../support/guest-env.ts";

const bytes = (mib: number): number => mib * BYTES_PER_MIB;
const ledger = ledgerOf([accountIn("a", 3000, { residentBytes: bytes(1000) }), accountIn("b", 500)]);
const before = { memoryBytes: bytes(8000), reserveBytes: bytes(500) };

function now(
  memory: MemoryTerm,
  totalMib: number | null,
  availableMib: number | null,
  reserveMib: number | null = null,
) {
  const sight = {
    totalBytes: totalMib === null ? null : bytes(totalMib),
    availableBytes: availableMib === null ? null : bytes(availableMib),
    ...{ someShare: null, fullShare: null, swapOutBytesPerS: null, swappedBytes: 0 },
  };
  const terms = { memory, reserveBytes: reserveMib === null ? null : bytes(reserveMib) };
  return budgetNow(before, terms, sight, ledger);
}

describe("the budget of a host", () => {
  it("stays where it is a size", () => {
    expect(now({ kind: "bytes", bytes: bytes(8000) }, 64_000, 100)).toBe(before);
  });

  it("follows memory that is added, or a limit that is changed, where it is a share", () => {
    const share = { kind: "share", share: 0.8 } as const;
    expect(now(share, 20_000, 1)).toEqual({ memoryBytes: bytes(16_000), reserveBytes: bytes(1000) });
    expect(now(share, 10_000, 1)).toBe(before);
    expect(now(share, null, 1)).toBe(before);
  });

  it("is what lies in the guests' processes and what is available beyond the host's own line", () => {
    const available = { kind: "available" } as const;
    expect(now(available, 20_000, 12_400, 100)).toEqual({ memoryBytes: bytes(11_500), reserveBytes: bytes(100) });
    expect(now(available, 20_000, 0).memoryBytes).toBe(bytes(1500));
    expect(now(available, 20_000, null)).toBe(before);
    // 8000 MiB and a little more
    expect(now(available, 20_000, 8950)).toBe(before);
  });

  it("never keeps more for emergencies than there is", () => {
    expect(budgetOf(100, { memory: { kind: "available" }, reserveBytes: 200 }).reserveBytes).toBe(100);
  });
});
