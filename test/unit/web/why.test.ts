import { describe, expect, it } from "vitest";
import { REASONS, type Reason } from "../../../src/core/reasons.ts";
import { bytesText, percentText } from "../../../src/view/amounts.ts";
import { reasonLabel } from "../../../src/view/reason-words.ts";
import { tickText } from "../../../src/web/format.ts";
import { EMPTY_MODEL, withGuests } from "../../../src/web/model.ts";
import { explain } from "../../../src/web/why.ts";
import { guestStatus } from "../../support/guest-records.ts";

const view = (status = guestStatus("a")) => {
  const found = withGuests(EMPTY_MODEL, [status]).guests.get(status.guest);
  if (found === undefined) throw new Error("the guest is not there");
  return found;
};

describe("why a guest has what it has", () => {
  it("is told in sentences, with what the goal is made of", () => {
    expect(explain(view()).join(" ")).toBe(
      "It has 977 MiB, and should have 880 MiB. The guest has more than its goal: the target goes down a part of the way. " +
        "Its goal is 201 MiB: 195 MiB committed + 5 MiB for the kernel's reserve. It never gets less than its floor, 133 MiB.",
    );
  });

  it("says first that a guest is paused or can't be read", () => {
    expect(
      explain(
        view({
          ...guestStatus("a"),
          problem: { code: "ERR_SOCKET", details: {}, message: "it is gone" },
          paused: true,
        }),
      ),
    ).toMatchObject([
      "It can't be read or moved now: it is gone.",
      expect.stringContaining("Paused. It keeps what it has"),
      ...explain(view()),
    ]);
  });

  it("says what was decided and not done", () => {
    expect(explain(view({ ...guestStatus("a"), dryRun: true }))).toContain("Not done: this is a dry run.");
    expect(explain(view()).join()).not.toContain("Not done");
  });

  it("claims no parts for a goal that was made otherwise", () => {
    const status = guestStatus("a");
    const decision = status.decision && { ...status.decision, goalPages: 99_999 };
    expect(explain(view({ ...status, decision }))).toContain("Its goal is 391 MiB.");
  });

  it("is told of a guest that was not stepped yet", () => {
    expect(explain(view({ ...guestStatus("a"), observation: null, decision: null }))).toEqual([
      "It was not stepped yet.",
    ]);
  });

  it.each(Object.keys(REASONS) as Reason[])("has a short label for %s", (reason) => {
    expect(reasonLabel(reason)).toMatch(/^[a-z ]{2,20}$/);
  });
});

describe("amounts", () => {
  it.each([
    [0, "0 MiB"],
    [1_048_576 * 812.4, "812 MiB"],
    [1_048_576 * 1024, "1.0 GiB"],
    [1_048_576 * 1024 * 120, "120 GiB"],
    [1_048_576 * 1024 * 1024 * 3, "3.0 TiB"],
    [null, "–"],
  ])("of %s bytes are written as %s", (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  it("on an axis are whole, or as fine as the tick", () => {
    expect([0, 256, 1024, 1280, 1_048_576].map(tickText)).toEqual([
      "0 MiB",
      "256 MiB",
      "1 GiB",
      "1.25 GiB",
      "1024 GiB",
    ]);
  });

  it("in percent have a digit where it says something", () => {
    expect([0, 0.26, 9.94, 42.4, null].map(percentText)).toEqual(["0 %", "0.3 %", "9.9 %", "42 %", "–"]);
  });
});
