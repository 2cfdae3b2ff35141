import { describe, expect, it } from "vitest";
import { figuresOf } from "../../../src/core/figures.ts";
import { REASONS, type Reason } from "../../../src/core/reasons.ts";
import { explain } from "../../../src/view/explanation.ts";
import type { GuestRow } from "../../../src/view/guest-row.ts";
import { reasonLabel } from "../../../src/view/reason-words.ts";
import { guestStatus } from "../../support/guest-records.ts";

const view = (status = guestStatus("a")): GuestRow => {
  const { observation, decision } = status;
  const figures = observation && decision && figuresOf(observation, decision);
  return { ...status, figures, psiPercent: null };
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
