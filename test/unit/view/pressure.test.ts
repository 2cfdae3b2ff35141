import { describe, expect, it } from "vitest";
import { pressurePercent } from "../../../src/view/pressure.ts";

describe("pressure", () => {
  const at = (t: number, psiSomeTotalUs: number | null) => ({ t, psiSomeTotalUs });

  it("is the share of time between two readings", () => {
    expect(pressurePercent(at(10, 0), at(12, 500_000))).toBe(25);
  });

  it("is not known where a reading is missing, fell or is of the same moment", () => {
    expect(pressurePercent(at(10, null), at(12, 5))).toBeNull();
    expect(pressurePercent(at(10, 5), at(12, null))).toBeNull();
    expect(pressurePercent(at(10, 500), at(12, 5))).toBeNull();
    expect(pressurePercent(at(10, 5), at(10, 5))).toBeNull();
  });
});
