import { describe, expect, it } from "vitest";
import { detailLines } from "../../../../src/cli/top/details.ts";
import { helpLines } from "../../../../src/cli/top/help.ts";
import { KEYS } from "../../../../src/cli/top/keys.ts";
import type { TopModel } from "../../../../src/cli/top/model.ts";
import { render } from "../../../../src/cli/top/render.ts";
import { selfballoonError } from "../../../../src/core/errors.ts";
import type { Reason } from "../../../../src/core/reasons.ts";
import { bytesText } from "../../../../src/view/amounts.ts";
import { explain } from "../../../../src/view/explanation.ts";
import { guestFacts } from "../../../../src/view/guest-facts.ts";
import { topModel, topSnapshot } from "../../../support/top-model.ts";

const plain = (_: string, text: string): string => text;

function detailed(change: Partial<TopModel["guests"][number]> = {}): TopModel {
  const of = topModel(["web"]);
  return { ...of, mode: "details", selected: "web", guests: of.guests.map((guest) => ({ ...guest, ...change })) };
}

/** The same of a guest that says what is available. */
function saying(): TopModel {
  const { guests, ...of } = detailed();
  const told = topSnapshot(["web"], { availablePages: 100_000 }).guests;
  return { ...of, guests: guests.map((guest, nth) => ({ ...guest, ...told[nth] })) };
}

/** The same, whose target was found so. */
function deciding(reason: Reason): TopModel {
  const { guests, ...of } = saying();
  return { ...of, guests: guests.map((one) => ({ ...one, decision: one.decision && { ...one.decision, reason } })) };
}

function linesOf(of: TopModel, columns: number): readonly string[] {
  return detailLines(of.guests[0] ?? null, columns, plain).map((line) => line.trimEnd());
}

describe("a guest's details", () => {
  it.each([40, 80, 120])("say in %i columns what it has, wants and why, in the words of the page", (columns) => {
    const of = detailed();
    const text = linesOf(of, columns).join("\n");
    expect(text).toMatch(/^web: giving back\nWhy 880 MiB\?\n/);
    for (const row of of.guests) {
      expect(text.replaceAll("\n", " ")).toContain(explain(row).join(" "));
      for (const [name, value] of guestFacts(row)) expect(text).toMatch(new RegExp(`${name} +${value}`));
    }
  });

  it("say what the target is made of, as a sum", () => {
    const of = saying();
    const lines = linesOf(of, 80);
    const from = lines.indexOf("What the target is made of");
    expect(lines.slice(from + 1).map((line) => line.replace(/ +\d.*$/, ""))).toEqual([
      "  In use",
      "+ Headroom",
      "+ Not taken yet",
      "= Target",
    ]);
    expect(lines.at(-1)).toMatch(new RegExp(`${bytesText(of.guests[0]?.figures?.targetBytes)}$`));
    expect(linesOf(detailed(), 80)).not.toContain("What the target is made of");
    expect(linesOf(deciding("at_maximum"), 80).join("\n")).toMatch(/\n\+ Up to the most that it may have +\d/);
  });

  it("fit a terminal of 80 columns and 24 rows", () => {
    expect(render(saying(), 80, 24, plain).join("\n")).toMatch(/ lines 1-(\d+) of \1\n\? keys {2}q quit {2}Esc back/);
  });

  it("are scrolled where there is less room, and no further than they go", () => {
    const shown = (offset: number) => render({ ...detailed(), offset }, 40, 12, plain);
    expect(shown(0).at(-2)).toMatch(/ lines 1-9 of \d+$/);
    expect(shown(1000).slice(1, -2)).toEqual(detailLines(detailed().guests[0] ?? null, 40, plain).slice(-9));
  });

  it("name what was set at run time and what is wrong, and make it harmless", () => {
    const problem = selfballoonError("ERR_SOCKET", { path: "/a\u001b[2J", problem: "gone" });
    const lines = linesOf(detailed({ guest: "\u001b]0;evil", problem, setAtRunTime: ["max_mb"] }), 80);
    expect(lines[0]).toBe("\\u{1b}]0;evil: unreadable");
    expect(lines[1]).toBe("\\u{1b}]0;evil: max_mb set at run time.");
    expect(lines.join(" ")).toContain("It can't be read or moved now:");
    expect(lines.join(" ")).toContain("/a\\u{1b}[2J");
  });

  it("say that the guest has gone", () => {
    expect(render({ ...detailed(), guests: [] }, 80, 24, plain)[1]).toBe("There is no guest of this name now.");
  });

  it("have the daemon's loss above them", () => {
    const link = { state: "lost", sinceMs: 0, problem: "gone" } as const;
    expect(render({ ...detailed(), link }, 80, 24, plain)[1]).toMatch(/^The daemon is lost since/);
  });
});

describe("the help", () => {
  it.each([40, 80])("has in %i columns every key of the table and what it does", (columns) => {
    const text = helpLines(KEYS, columns, plain).join(" ").replaceAll(/ +/g, " ");
    for (const { shown, does } of KEYS) expect(text).toContain(`${shown} ${does}`);
  });

  it("fits a terminal of 80 columns and 24 rows", () => {
    const lines = render({ ...topModel(), mode: "help" }, 80, 24, plain);
    expect(lines.at(-2)).toMatch(/ lines 1-(\d+) of \1$/);
  });
});
