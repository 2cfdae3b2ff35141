import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textColumns } from "../../../../src/cli/terminal-text.ts";
import { keyName, wishOf, withKey } from "../../../../src/cli/top/keys.ts";
import { firstModel, type Snapshot, type TopModel, withLoss, withSnapshot } from "../../../../src/cli/top/model.ts";
import { guestRows, render, renderPlain } from "../../../../src/cli/top/render.ts";
import { selfballoonError } from "../../../../src/core/errors.ts";
import { figuresOf } from "../../../../src/core/figures.ts";
import { standingWith } from "../../../support/guest-env.ts";
import { guestStatus } from "../../../support/guest-records.ts";

const NOON = Date.parse("2026-01-31T12:00:00");
const plain = (_: string, text: string): string => text;

function snapshot(names: readonly string[], readings: Parameters<typeof guestStatus>[1] = {}): Snapshot {
  const guests = names.map((name) => {
    const status = guestStatus(name, readings);
    const { observation, decision } = status;
    return { ...status, figures: observation && decision && figuresOf(observation, decision) };
  });
  return { version: "1.2.3", doing: "selfballooning two guests", guests, host: null };
}

const model = (names: readonly string[] = ["web2", "web10", "database"]): TopModel => firstModel(snapshot(names), NOON);
const screen = (of: TopModel, columns = 120, rows = 20): string => render(of, columns, rows, plain).join("\n");
const names = (of: TopModel, rows = 20): readonly (string | undefined)[] =>
  render(of, 100, rows, plain)
    .filter((line) => /MiB/.test(line) && !/RAM/.test(line))
    .map((line) => line.split(" ")[0]);

describe("the screen", () => {
  it("shows the host, a row for each guest with why, and the keys", () => {
    const text = screen(model());
    expect(text).toMatch(/^selfballoon 1\.2\.3: selfballooning two guests +12:00:00\n3 guests, RAM 3\.0 GiB: saved /);
    expect(text).toMatch(/\n\[:*#*[:.]*\]\n/);
    expect(text).toMatch(/GUEST +STATE +HAS +AVAIL +TARGET +GOAL +COMMITTED +PSI +WHY/);
    expect(text).toMatch(/web10 +giving back +977 MiB +- +880 MiB +201 MiB +195 MiB +- +The guest has more/);
    expect(text).toMatch(/q quit .* by state, up; 1-3 of 3$/);
  });

  it("shows how the host's memory stands, and what is wrong with it instead", () => {
    const lines = (host: Snapshot["host"]): readonly string[] =>
      render(firstModel({ ...snapshot(["web"]), host }, NOON), 140, 20, (colour, text) => `<${colour}>${text}</>`);
    expect(lines(null).join("\n")).not.toContain("budget");
    expect(lines(standingWith())[3]).toMatch(
      /^budget 2\.0 GiB: guests have 1\.6 GiB, .* free 300 MiB, .*over-commit 1\.50/,
    );
    const details = { minMib: 3000, capacityMib: 2048 };
    const warned = lines(standingWith({ code: "budget_exceeded", details }));
    expect(warned[3]).toMatch(/^<yellow>guests that are not managed .* are 3000 MiB/);
    expect(warned).toHaveLength(20);
    const plainly = renderPlain(firstModel({ ...snapshot(["web"]), host: standingWith() }, NOON), plain);
    expect(plainly[2]).toContain("budget 2.0 GiB");
  });

  it("shows a guest that is left alone by what it is, and only a fault in red", () => {
    const told = snapshot(["paused", "broken"]);
    const problems = [
      selfballoonError("ERR_GUEST_LEFT_ALONE", { guest: "paused", state: "paused" }),
      selfballoonError("ERR_SOCKET", { path: "/a.qmp", problem: "gone" }),
    ];
    const guests = told.guests.map((guest, nth) => ({ ...guest, problem: problems[nth] ?? null }));
    const lines = render(firstModel({ ...told, guests }, NOON), 120, 20, (colour, text) => `<${colour}>${text}</>`);
    expect(lines.join("\n")).toMatch(/\npaused +<yellow>paused *<\/>/);
    expect(lines.join("\n")).toMatch(/\nbroken +<red>unreadable *<\/>/);
  });

  it("has exactly as many lines and at most as many columns as the terminal, whatever its size and the guests' names", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 250 }),
        fc.integer({ min: 1, max: 60 }),
        fc.uniqueArray(fc.string({ unit: "binary", minLength: 1, maxLength: 60 }), { maxLength: 40 }),
        fc.boolean(),
        (columns, rows, guests, isLost) => {
          const shown = isLost ? withLoss(model(guests), new Error("it is\u001b gone"), NOON) : model(guests);
          const lines = render(shown, columns, rows, plain);
          expect(lines).toHaveLength(rows);
          for (const line of lines) {
            expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
            expect(textColumns(line)).toBeLessThanOrEqual(columns);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("drops columns where it is narrow, the least telling first", () => {
    const headings = (columns: number) =>
      screen(model(), columns)
        .match(/GUEST.*/)?.[0]
        .trim()
        .split(/ +/);
    expect(headings(100)).toEqual("GUEST STATE HAS AVAIL TARGET GOAL COMMITTED SWAP PSI".split(" "));
    expect(headings(60)).toEqual("GUEST STATE HAS AVAIL TARGET".split(" "));
    expect(headings(30)).toEqual("GUEST STATE HAS".split(" "));
  });

  it("paints states and takes no columns for it", () => {
    const painted = render(model(), 100, 20, (colour, text) => `{${colour}}${text}{/}`);
    expect(painted.join("\n")).toContain("{green}giving back {/}");
    expect(painted.join("\n").replaceAll(/\{[/a-z]+\}/g, "")).toBe(screen(model(), 100));
  });

  it("says who is short above all guests, and shows those first", () => {
    const told = snapshot(["calm", "starved"], { availablePages: 100_000 });
    const guests = told.guests.map((guest) =>
      guest.guest === "calm" ? guest : { ...guest, ...snapshot(["starved"], { availablePages: 0 }).guests[0] },
    );
    const lines = render(firstModel({ ...told, guests }, NOON), 120, 20, (colour, text) => `<${colour}>${text}</>`);
    expect(lines[3]).toMatch(/^<red>1 guest is short +<\/>$/);
    expect(lines[5]).toMatch(/^starved +<red>emergency *<\/>.* 0 MiB/);
    expect(lines[6]).toMatch(/^calm /);
  });

  it("makes names harmless", () => {
    expect(screen(model(["\u001b]0;evil\u0007"]), 200)).toContain("\\u{1b}]0;evil\\u{7}");
  });

  it("says when the daemon is lost, keeps what it knew, and says when it is back", () => {
    const error = selfballoonError("ERR_NO_DAEMON", { socket: "/s", problem: "connect ENOENT" });
    const lost = withLoss(withLoss(model(), error, NOON + 1000), error, NOON + 9000);
    expect(screen(lost)).toMatch(/ LOST\nThe daemon is lost since 12:00:01: what you see is old\. .*connect ENOENT/);
    expect(names(lost)).toHaveLength(3);
    const back = withSnapshot(lost, snapshot(["web2"]), NOON + 10_000);
    expect(screen(back)).toContain("The daemon is back since 12:00:10; it was lost at 12:00:01.");
    expect(names(back)).toEqual(["web2"]);
    expect(screen(withSnapshot(back, snapshot(["web2"]), NOON + 60_000))).not.toContain("back since");
  });

  it("tells the pressure between two looks, and keeps it until there is another step", () => {
    const first = firstModel(snapshot(["a"], { t: 10, psiSomeTotalUs: 0 }), NOON);
    const second = withSnapshot(first, snapshot(["a"], { t: 12, psiSomeTotalUs: 500_000 }), NOON);
    expect(screen(second)).toMatch(/ 25 %/);
    const third = withSnapshot(second, snapshot(["a"], { t: 12, psiSomeTotalUs: 500_000 }), NOON);
    expect(screen(third)).toMatch(/ 25 %/);
  });
});

describe("plain output", () => {
  it("has all guests and columns on lines as long as they need", () => {
    const lines = renderPlain(model(), plain);
    expect(lines).toHaveLength(7);
    expect(lines[4]).toMatch(/^database +giving back .* goes down a part of the way\.$/);
  });
});

describe("a key", () => {
  const press = (of: TopModel, ...keys: readonly string[]): TopModel =>
    keys.reduce((before, key) => withKey(before, key, guestRows(20, of)), of);

  it("sorts by the next column, with the most first, and turns the order", () => {
    const twoSizes = snapshot(["small", "large"]);
    const guests = twoSizes.guests.map((guest) => ({
      ...guest,
      figures: guest.figures && { ...guest.figures, currentBytes: guest.guest === "small" ? 2 ** 20 : 2 ** 30 },
    }));
    const first = firstModel({ ...twoSizes, guests }, NOON);
    const bySize = press(first, "right");
    expect(screen(bySize)).toContain("by has, down");
    expect(names(bySize)).toEqual(["large", "small"]);
    expect(names(press(bySize, "r"))).toEqual(["small", "large"]);
    expect(press(bySize, "left", "<").sorting).toEqual({ key: "guest", descending: false });
    expect(press(first, "left", "left").sorting.key).toBe("pressure");
  });

  it("scrolls no further than there are guests", () => {
    const many = model(Array.from({ length: 40 }, (_, nth) => `g${nth}`));
    expect(names(press(many, "down"))[0]).toBe("g1");
    expect(names(press(many, "pagedown"))[0]).toBe("g14");
    expect(names(press(many, "end")).at(-1)).toBe("g39");
    expect(names(press(many, "end", "pagedown", "up"))[0]).toBe("g25");
    expect(names(press(many, "end", "home", "k"))[0]).toBe("g0");
    expect(press(many, "x", "constructor")).toMatchObject({ scrolled: 0 });
  });

  it("quits or suspends", () => {
    expect(["q", "escape", "ctrl+c"].map(wishOf)).toEqual(["quit", "quit", "quit"]);
    expect(wishOf("ctrl+z")).toBe("suspend");
    expect(wishOf("constructor")).toBeNull();
    expect(keyName("<", {})).toBe("<");
    expect(keyName("\u0003", { name: "c", ctrl: true })).toBe("ctrl+c");
  });
});
