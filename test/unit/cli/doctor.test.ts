import { describe, expect, it } from "vitest";
import { foldFindings } from "../../../src/cli/doctor.ts";
import { finding } from "../../../src/core/finding.ts";

const about = (guest: string, rest: string, remedy = "") => ({ ...finding("warn", `${guest}${rest}`, remedy), guest });

describe("findings that are alike", () => {
  it("become one that names the other guests, in the place of the first", () => {
    const [web, other] = [about("web", " has no swap."), about("db", " has no agent.")];
    const folded = foldFindings([web, other, about("db", " has no swap."), about("mail", " has no swap.")]);
    expect(folded).toEqual([
      { finding: web, others: ["db", "mail"] },
      { finding: other, others: [] },
    ]);
  });

  it("are said once where they are about no guest", () => {
    const same = finding("info", "qemu: no socket.");
    expect(foldFindings([same, same])).toEqual([{ finding: same, others: [] }]);
  });

  it("are not those of another level, or with another remedy", () => {
    const different = [about("a", " x."), about("b", " x.", "y"), { ...about("c", " x."), level: "fail" as const }];
    expect(foldFindings(different)).toHaveLength(3);
  });
});
