import { describe, expect, it } from "vitest";
import { HELD } from "../../../src/core/controls/hands.ts";
import { heldText, whyText } from "../../../src/view/why-text.ts";
import { guestStatus } from "../../support/guest-records.ts";

describe("why a guest has what it has, in one line", () => {
  const status = guestStatus("web");

  it("is the reason of its last step, or that there was none", () => {
    expect(whyText(status, "none")).toMatch(/^The guest has more/);
    expect(whyText({ ...status, decision: null }, "none")).toBe("none");
  });

  it("says that the guest's claims are not believed", () => {
    const { decision } = status;
    const doubted = decision === null ? null : { ...decision, clamps: ["doubted" as const] };
    expect(whyText({ ...status, decision: doubted }, "none")).toMatch(
      /^The guest has more.*claims more than can be true/,
    );
  });

  it("is that it is paused or released, whatever was decided", () => {
    expect(whyText({ ...status, paused: true }, "none")).toBe(`Paused. ${HELD.paused}`);
    expect(whyText({ ...status, released: true, decision: null }, "none")).toBe(`Released. ${HELD.released}`);
    expect(heldText({ paused: false, released: false })).toBeNull();
  });

  it("is what is wrong, before all else", () => {
    const problem = { code: "ERR_DEADLINE", details: {}, message: "it hangs" } as const;
    expect(whyText({ ...status, paused: true, problem }, "none")).toBe("it hangs");
  });
});
