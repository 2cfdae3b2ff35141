import { describe, expect, it } from "vitest";
import { selectRows } from "../../../src/view/guest-rows.ts";
import { sumGuests } from "../../../src/view/host-sum.ts";
import { EMPTY_MODEL, withGuests } from "../../../src/web/model.ts";
import { visibleRange } from "../../../src/web/rows.ts";
import { guestStatus } from "../../support/guest-records.ts";

const model = withGuests(EMPTY_MODEL, [
  guestStatus("web10", { totalramPages: 300 }),
  { ...guestStatus("web2", { totalramPages: 100 }), paused: true },
  { ...guestStatus("database", { totalramPages: 200 }), observation: null, decision: null },
]);
const names = (filter: string, key: "guest" | "current", descending = false) =>
  selectRows(model.guests.values(), filter, { key, descending }).map(({ guest }) => guest);

describe("the table's rows", () => {
  it("are sorted by words as people do, and by numbers with the unknown least", () => {
    expect(names("", "guest")).toEqual(["database", "web2", "web10"]);
    expect(names("", "guest", true)).toEqual(["web10", "web2", "database"]);
    expect(names("", "current")).toEqual(["database", "web2", "web10"]);
    expect(names("", "current", true)).toEqual(["web10", "web2", "database"]);
  });

  it("are filtered by all words of the filter, in name or state", () => {
    expect(names("WEB", "guest")).toEqual(["web2", "web10"]);
    expect(names("web paused", "guest")).toEqual(["web2"]);
    expect(names("nobody", "guest")).toEqual([]);
  });

  it("are drawn only near what is in view", () => {
    const view = { top: 4400, height: 440, rowHeight: 44 };
    expect(visibleRange(view, 1000)).toEqual({ first: 90, end: 120 });
    expect(visibleRange(view, 3)).toEqual({ first: 2, end: 3 });
    expect(visibleRange({ ...view, top: 0 }, 0)).toEqual({ first: 0, end: 0 });
  });
});

describe("the sum of all guests", () => {
  it("counts what they may have, use, could use and gave back", () => {
    const readings = { totalramPages: 600, balloonCurrentPages: 700, balloonMaxPages: 1100, availablePages: 200 };
    const { decision, ...status } = guestStatus("a", readings);
    const lower = decision && { ...decision, goalPages: 300, floorPages: 100 };
    const guests = withGuests(EMPTY_MODEL, [{ ...status, decision: lower }]).guests.values();
    expect(sumGuests(guests)).toEqual({
      allBytes: 1000 * 4096,
      usedBytes: 400 * 4096,
      availableBytes: 200 * 4096,
      savedBytes: 400 * 4096,
      // Its goal is less than it uses.
      atGoalsBytes: 600 * 4096,
      counted: 1,
      unknown: 0,
    });
  });

  it("takes a guest that does not tell what is available as using all it has, and leaves out what was not read", () => {
    const unread = { ...guestStatus("b"), observation: null, decision: null };
    const readings = { totalramPages: 600, balloonCurrentPages: 700, balloonMaxPages: 1100 };
    const sum = sumGuests(withGuests(EMPTY_MODEL, [guestStatus("a", readings), unread]).guests.values());
    expect(sum).toMatchObject({ usedBytes: 600 * 4096, availableBytes: 0, unknown: 1 });
  });
});
