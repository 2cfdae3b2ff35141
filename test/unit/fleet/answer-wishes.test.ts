import { describe, expect, it } from "vitest";
import { selfballoonError } from "../../../src/core/errors.ts";
import { WishAnswerer } from "../../../src/fleet/answer-wishes.ts";
import { answerIn, type HostAnswer, packed } from "../../../src/fleet/wish-wire.ts";
import { ScriptedControl } from "../../support/control.ts";

const WISH = {
  v: 1,
  do: "reserve",
  id: "a1b2c3d4e5f60718",
  mib: 512,
  guest: "mail",
  waitMs: 10,
  lifeMs: 1000,
} as const;

async function ask(
  control: ScriptedControl,
  question: Parameters<typeof packed>[0] | string,
): Promise<HostAnswer | null> {
  const bytes = typeof question === "string" ? new TextEncoder().encode(question) : packed(question);
  return answerIn(await new WishAnswerer(control).answer(bytes));
}

describe("a host that is asked for memory", () => {
  it("reserves it as if it was asked at home, under the id that it is given", async () => {
    const control = new ScriptedControl();
    expect(await ask(control, WISH)).toMatchObject({ is: "kept" });
    expect(control.wishes).toEqual([
      {
        id: WISH.id,
        bytes: 512 * 1_048_576,
        guest: "mail",
        waitMs: 10,
        lifeMs: 1000,
        isKept: true,
        isFirst: true,
        isDurable: true,
      },
    ]);
  });

  it("refuses what was reserved for the guest already, which another may count on", async () => {
    const control = new ScriptedControl();
    control.reserve = async () => Promise.reject(selfballoonError("ERR_RESERVATION_EXISTS", { id: "0123abcd" }));
    expect(await ask(control, WISH)).toMatchObject({
      is: "refused",
      problem: expect.stringContaining("there is a reservation 0123abcd for it already"),
    });
  });

  it("says what is free and what could be, where it is not enough", async () => {
    const control = new ScriptedControl();
    const details = { mib: 512, freeMib: 100, couldMib: 300, refusals: [] };
    control.reserve = async () => Promise.reject(selfballoonError("ERR_RESERVATION_UNMET", details));
    expect(await ask(control, WISH)).toMatchObject({ is: "refused", freeMib: 100, couldMib: 300 });
  });

  it("says whether it keeps one", async () => {
    const control = new ScriptedControl();
    expect(await ask(control, { v: 1, do: "look", id: "0123abcd" })).toEqual({ is: "kept", untilMs: 60_000 });
    expect(await ask(control, { v: 1, do: "look", id: "ffffffff" })).toEqual({ is: "not_kept" });
  });

  it.each([
    ["no JSON", "{"],
    ["another version", JSON.stringify({ ...WISH, v: 2 })],
    ["no amount", JSON.stringify({ ...WISH, mib: 0 })],
    ["more than it knows", JSON.stringify({ ...WISH, more: 1 })],
    ["an id that names a file", JSON.stringify({ ...WISH, id: "../../etc" })],
    ["too much", JSON.stringify({ ...WISH, guest: "x".repeat(20_000) })],
  ])("reserves nothing for a question with %s", async (_, text) => {
    const control = new ScriptedControl();
    expect(await ask(control, text)).toMatchObject({ is: "refused" });
    expect(control.wishes).toEqual([]);
  });
});
