import { describe, expect, it } from "vitest";
import { hostSumText } from "../../../src/view/host-sum-text.ts";
import { EMPTY_MODEL, withGuests } from "../../../src/web/model.ts";
import { guestStatus } from "../../support/guest-records.ts";

const read = guestStatus("a", { totalramPages: 76800, balloonCurrentPages: 76800, balloonMaxPages: 102400 });
const unread = { ...guestStatus("b"), observation: null, decision: null };
const textOf = (...guests: readonly (typeof read)[]) =>
  hostSumText([...withGuests(EMPTY_MODEL, guests).guests.values()]);

describe("the sum of all guests in words", () => {
  it("says what is saved of what, and how many are not in it", () => {
    expect(textOf(read, unread)).toBe(
      "2 guests, RAM 400 MiB: saved 100 MiB, given out 300 MiB (in use 300 MiB, spare 0 MiB); 1 not counted",
    );
  });

  it("has no amounts before a guest was read", () => {
    expect(textOf(unread)).toBe("1 guest, none read yet");
  });
});
