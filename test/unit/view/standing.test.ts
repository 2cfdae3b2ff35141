import { describe, expect, it } from "vitest";
import { selfballoonError } from "../../../src/core/errors.ts";
import { figuresOf } from "../../../src/core/figures.ts";
import type { Reason } from "../../../src/core/reasons.ts";
import type { GuestRow } from "../../../src/view/guest-row.ts";
import { selectRows, stateLabel, WORST_FIRST } from "../../../src/view/guest-rows.ts";
import { countStandings, rowTone, standingOf, standingText } from "../../../src/view/standing.ts";
import { guestStatus } from "../../support/guest-records.ts";

const PLENTY = 200_000;

function row(guest: string, availablePages: number | null = PLENTY, changes: Partial<GuestRow> = {}): GuestRow {
  const status = guestStatus(guest, { availablePages });
  const figures = status.observation && status.decision && figuresOf(status.observation, status.decision);
  return { ...status, figures, psiPercent: null, ...changes };
}

function decided(reason: Reason, availablePages: number | null = PLENTY): GuestRow {
  const made = row(reason, availablePages);
  return { ...made, decision: made.decision && { ...made.decision, reason } };
}

const unreadable = row("lost", PLENTY, { problem: selfballoonError("ERR_SOCKET", { path: "/a", problem: "gone" }) });
const leftAlone = row("off", PLENTY, {
  problem: selfballoonError("ERR_GUEST_LEFT_ALONE", { guest: "off", state: "paused" }),
});

describe("how a guest stands", () => {
  it("is short in an emergency, and below the emergency line whatever was decided", () => {
    expect(standingOf(decided("emergency"))).toBe("short");
    expect(standingOf(row("a", 0))).toBe("short");
    expect(standingOf(row("a", 0, { paused: true }))).toBe("short");
    expect(standingOf(decided("in_use", 0))).toBe("short");
    expect(standingOf(row("a", null))).toBe("well");
  });

  it("is unreadable, held or well otherwise", () => {
    expect(standingOf(unreadable)).toBe("unreadable");
    expect(standingOf(decided("missing"))).toBe("unreadable");
    for (const held of [leftAlone, row("a", PLENTY, { paused: true }), decided("host_full"), decided("stuck")])
      expect(standingOf(held)).toBe("held");
    for (const reason of ["lower", "raise", "at_goal", "in_use", "hot_cache", "off"] as const)
      expect(standingOf(decided(reason))).toBe("well");
    expect(standingOf(row("a", null, { decision: null, observation: null, figures: null }))).toBe("well");
  });

  it("gives its label and tone: what is short is never amber", () => {
    expect(rowTone(decided("in_use", 0))).toBe("alarm");
    expect(stateLabel(decided("in_use", 0))).toBe("memory short");
    expect(stateLabel(decided("emergency", 0))).toBe("emergency");
    expect(stateLabel(row("a", 0, { paused: true }))).toBe("paused, short");
    expect(rowTone(leftAlone)).toBe("hold");
    expect(rowTone(decided("in_use"))).toBe("calm");
  });
});

describe("all guests together", () => {
  it("are counted and told in one line", () => {
    const rows = [row("a", 0), unreadable, leftAlone, decided("stuck"), row("b")];
    expect(countStandings(rows)).toEqual({ short: 1, unreadable: 1, held: 2, well: 1 });
    expect(standingText(countStandings(rows))).toBe("1 guest is short, 2 held, 1 unreadable");
    expect(standingText(countStandings([row("b")]))).toBe("No guest is short");
  });

  it("come worst first, then by name, and may be those of one standing alone", () => {
    const rows = [row("web10"), row("web2"), decided("host_full"), unreadable, row("db", 0)];
    const names = (standing: Parameters<typeof selectRows>[3] = null) =>
      selectRows(rows, "", WORST_FIRST, standing).map(({ guest }) => guest);
    expect(names()).toEqual(["db", "lost", "host_full", "web2", "web10"]);
    expect(names("well")).toEqual(["web2", "web10"]);
    const short = [row("a", 9), row("b", 3), row("c", 6)];
    expect(selectRows(short, "", WORST_FIRST).map(({ guest }) => guest)).toEqual(["b", "c", "a"]);
  });
});
