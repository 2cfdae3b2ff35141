import { describe, expect, it } from "vitest";
import { selfballoonError } from "../../../src/core/errors.ts";
import { byNeed, summaryOf } from "../../../src/fleet/guest-summary.ts";
import { missingMb } from "../../../src/view/missing-mb.ts";
import { row } from "../../support/fleet.ts";
import { guestStatus } from "../../support/guest-records.ts";

describe("a guest as its fleet sees it", () => {
  it("stands as its host's own pages say: short, unreadable, held or well", () => {
    const status = guestStatus("web", { availablePages: 200_000 });
    const problem = selfballoonError("ERR_SOCKET", { path: "/a", problem: "gone" });
    expect(summaryOf(status)).toMatchObject({ guest: "web", standing: "well", problem: null });
    expect(summaryOf({ ...status, paused: true }).standing).toBe("held");
    expect(summaryOf({ ...status, problem })).toMatchObject({ standing: "unreadable", problem: "ERR_SOCKET" });
    expect(summaryOf(guestStatus("web", { availablePages: 0 })).standing).toBe("short");
  });

  it("lacks nothing while it is on its way, however far its goal is", () => {
    const far = { currentMb: 400, goalMb: 900 };
    expect(missingMb(row("a", far))).toBe(0);
    expect(missingMb(row("a", { ...far, standing: "held" }))).toBe(500);
    expect(missingMb(row("a", { ...far, standing: "held", goalMb: 300 }))).toBe(0);
  });

  it("comes before those that stand better, and before those that lack less", () => {
    const rows = [
      row("well"),
      row("held", { standing: "held", goalMb: 900 }),
      row("held more", { standing: "held", goalMb: 950 }),
      row("short", { standing: "short" }),
      row("lost", { standing: "unreadable" }),
    ];
    expect(rows.sort(byNeed).map(({ guest }) => guest)).toEqual(["short", "lost", "held more", "held", "well"]);
  });
});
