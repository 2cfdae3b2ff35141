import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Wish } from "../../../../src/cli/top/key-rows.ts";
import { KEYS, withKey } from "../../../../src/cli/top/keys.ts";
import { firstModel, type TopModel } from "../../../../src/cli/top/model.ts";
import { withOrderDone, withOrderFailed } from "../../../../src/cli/top/order.ts";
import { render, roomOf } from "../../../../src/cli/top/render.ts";
import { selfballoonError } from "../../../../src/core/errors.ts";
import { NOON, topModel, topSnapshot } from "../../../support/top-model.ts";

const ROWS = 20;
const plain = (_: string, text: string): string => text;
const screen = (of: TopModel): string => render(of, 100, ROWS, plain).join("\n");
const names = (of: TopModel): readonly (string | undefined)[] =>
  render(of, 100, ROWS, plain)
    .filter((line) => /MiB/.test(line) && !/RAM/.test(line))
    .map((line) => line.split(" ")[0]);
const many = topModel(Array.from({ length: 40 }, (_, nth) => `g${nth}`));

/** What comes of one key; of a character it is also what is typed. */
function outcome(of: TopModel, key: string): TopModel | Wish {
  return withKey(of, { name: key, text: key.length === 1 ? key : "" }, roomOf(of, 100, ROWS));
}

/** The view after these keys, none of which ends or suspends. */
function press(of: TopModel, ...keys: readonly string[]): TopModel {
  return keys.reduce((before, key) => {
    const next = outcome(before, key);
    if (typeof next === "string") throw new Error(`${key} asks for ${next}`);
    return next;
  }, of);
}

describe("keys", () => {
  it("are told in the guide as they are in the help, one row for each", () => {
    const guide = readFileSync("docs/guides/history.md", "utf8").replaceAll("`", "");
    for (const { shown, does } of KEYS) expect(guide).toContain(`\n| ${shown} | ${does} |\n`);
  });

  it("mean one thing each, whatever is looked at", () => {
    for (const mode of ["list", "search", "all", "details", "help"] as const) {
      const keys = KEYS.filter(({ modes }) => modes.includes(mode)).flatMap((row) => Object.keys(row.keys));
      expect(keys).toEqual([...new Set(keys)]);
    }
  });

  it("that mean nothing change nothing", () => {
    expect(press(many, "x", "constructor", "__proto__")).toEqual(many);
  });

  it("sort by the next column, with the most first, and turn the order", () => {
    const twoSizes = topSnapshot(["small", "large"]);
    const guests = twoSizes.guests.map((guest) => ({
      ...guest,
      figures: guest.figures && { ...guest.figures, currentBytes: guest.guest === "small" ? 2 ** 20 : 2 ** 30 },
    }));
    const first = firstModel({ ...twoSizes, guests }, NOON);
    const bySize = press(first, "right");
    expect(screen(bySize)).toContain("by has, down");
    expect(names(bySize)).toEqual(["large", "small"]);
    expect(names(press(bySize, "o"))).toEqual(["small", "large"]);
    expect(press(bySize, "left", "<").sorting).toEqual({ key: "guest", descending: false });
    expect(press(first, "left", "left").sorting.key).toBe("pressure");
  });

  it("select a guest, which stays in view, and go no further than there are guests", () => {
    expect(press(many, "down").selected).toBe("g0");
    expect(press(many, "down", "j", "k").selected).toBe("g0");
    expect(names(press(many, "pagedown"))[0]).toBe("g0");
    expect(press(many, "pagedown", "pagedown").selected).toBe("g25");
    expect(names(press(many, "pagedown", "down"))[0]).toBe("g1");
    expect(names(press(many, "end", "pagedown")).at(-1)).toBe("g39");
    expect(names(press(many, "end", "up"))[0]).toBe("g27");
    expect(names(press(many, "end", "home", "k"))[0]).toBe("g0");
    expect(press(topModel([]), "down").selected).toBeNull();
  });

  it("are about the guest that was selected, wherever it goes, and about none once it has gone", () => {
    const selected = press(topModel(["a", "b", "c"]), "down", "down", "left", "o");
    expect(screen(selected)).toMatch(/\nb +>giving back/);
    const gone = { ...selected, guests: selected.guests.filter(({ guest }) => guest !== "b") };
    expect(press(gone, "p")).toMatchObject({ order: null, notice: { isProblem: true } });
  });

  it("quit and suspend; Esc goes back a step, and quits from the list of all guests", () => {
    expect(["q", "escape", "ctrl+c"].map((key) => outcome(many, key))).toEqual(["quit", "quit", "quit"]);
    expect(outcome(many, "ctrl+z")).toBe("suspend");
    const searching = press(many, "down", "/", "g", "3");
    expect(outcome(searching, "ctrl+c")).toBe("quit");
    const details = press(searching, "return", "return");
    expect([details.mode, details.selected, details.filter]).toEqual(["details", "g3", "g3"]);
    const all = press(details, "escape", "escape");
    expect([all.mode, all.selected, all.filter]).toEqual(["list", "g3", ""]);
    expect(press(all, "escape").selected).toBeNull();
    expect(outcome(press(all, "escape"), "escape")).toBe("quit");
  });
});

describe("a search", () => {
  it("lists the guests of which name or state has all words, while it is typed", () => {
    const of = topModel(["web1", "web2", "Database"]);
    const typed = press(of, "/", "W", "E", "x");
    expect(screen(typed)).toMatch(/\nSearch: WEx_ +by state, up; 0 of 0 found\nEsc end the search/);
    const found = press(typed, "backspace");
    expect(names(found)).toEqual(["web1", "web2"]);
    expect(screen(press(found, "return"))).toMatch(/\nFound by "WE" +by state, up; 1-2 of 2 found\n\? keys/);
    expect(press(found, "return").selected).toBe("web1");
    expect(press(found, "down", "down", "return").selected).toBe("web2");
    expect(names(press(found, "escape"))).toHaveLength(3);
  });

  it("takes letters that are keys elsewhere, and no more of them than a name has", () => {
    expect(press(many, "/", "q", "p", "r", " ", "?", "/", "j").filter).toBe("qpr ?/j");
    expect(press(many, "/", ...Array.from({ length: 100 }, () => "x")).filter).toHaveLength(64);
    expect(press(many, "/", "\u001b", "\u0000", "f5", "tab").filter).toBe("");
  });
});

describe("pausing, resuming and releasing", () => {
  const selected = press(topModel(["a\u001b", "other"]), "down");

  it("orders it of the selected guest, also from its details, one at a time", () => {
    const ordered = press(selected, "return", "p");
    expect(ordered.order).toEqual({ what: "pause", guests: ["a\u001b"] });
    expect(screen(ordered)).toContain("\nAsking the daemon to pause a\\u{1b}.");
    const again = press(ordered, "r");
    expect(again.order).toEqual(ordered.order);
    expect(screen(again)).toContain("\nThe daemon has not answered the order before");
    expect(press(selected, "r").order).toEqual({ what: "resume", guests: ["a\u001b"] });
    expect(press(selected, "g").order).toEqual({ what: "release", guests: ["a\u001b"] });
  });

  it("orders it of all guests, or of all that the search finds, once that was chosen", () => {
    const all = press(selected, "a");
    expect(screen(all)).toMatch(/\nFor all guests: .*\nEsc back .*g release/);
    expect(press(all, "g")).toMatchObject({ mode: "list", order: { what: "release", guests: [] } });
    expect(screen(press(all, "p"))).toContain("\nAsking the daemon to pause all guests.");
    for (const key of ["a", "escape"]) expect(press(all, key, "p").order).toEqual(press(selected, "p").order);
    const found = { ...topModel(["web1", "web2", "other"]), filter: "web" };
    expect(screen(press(found, "a"))).toMatch(/\nFor all found by "web": /);
    expect(press(found, "a", "p").order).toEqual({ what: "pause", guests: ["web1", "web2"] });
    expect(screen(press(found, "a", "p"))).toContain("to pause the 2 guests that were found.");
    expect(press({ ...found, filter: "nobody" }, "a", "p")).toMatchObject({ order: null, notice: { isProblem: true } });
  });

  it("is refused where no guest is selected or in view", () => {
    const hidden = { ...selected, filter: "other" };
    for (const of of [topModel(), hidden]) {
      expect(press(of, "p").order).toBeNull();
      expect(screen(press(of, "r"))).toContain("\nNo guest is selected: choose one with Up and Down.");
    }
  });

  it("gives no order about a guest that is not managed, and says so", () => {
    const told = topSnapshot(["stranger"]);
    const guests = told.guests.map((row) => ({
      ...row,
      decision: row.decision === null ? null : { ...row.decision, reason: "unmanaged" as const },
    }));
    const pressed = press(firstModel({ ...told, guests }, NOON), "down", "p");
    expect(pressed.order).toBeNull();
    expect(screen(pressed)).toContain("stranger is not managed: there is nothing to pause.");
  });

  it("says what was done, in the command's words, and what kept it from being done, until another key", () => {
    const order = { what: "pause", guests: ["b"] } as const;
    const done = withOrderDone({ ...selected, order }, order, []);
    expect(done.order).toBeNull();
    const gifts = [{ guest: "b", bytes: 2 ** 30, ofBytes: 2 ** 31, isAll: false }];
    const released = withOrderDone({ ...selected, order }, { what: "release", guests: [] }, gifts);
    expect(released.notice?.text).toBe(
      "All guests are released: given all memory back, and not moved until `selfballoon resume`. b got 1.0 GiB of 2.0 GiB: the rest follows when the host has it.",
    );
    expect(screen(done)).toContain("\nb is paused: observed, and not moved until `selfballoon resume`.");
    const refusal = selfballoonError("ERR_GUEST_UNKNOWN", { guest: "b\u0007" });
    const failed = withOrderFailed({ ...selected, order }, order, refusal);
    expect(failed).toMatchObject({ order: null, notice: { isProblem: true } });
    expect(screen(failed)).toMatch(/\nCould not pause b: .*b\\u\{7\}/);
    expect(press(failed, "x").notice).toBeNull();
  });
});
