import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textColumns } from "../../../../src/cli/terminal-text.ts";
import { firstModel, type Snapshot, type TopModel, withLoss, withSnapshot } from "../../../../src/cli/top/model.ts";
import { render, renderPlain, roomOf } from "../../../../src/cli/top/render.ts";
import { selfballoonError } from "../../../../src/core/errors.ts";
import { shownText } from "../../../../src/core/shown-text.ts";
import { standingWith } from "../../../support/guest-env.ts";
import { NOON, topModel, topSnapshot } from "../../../support/top-model.ts";

const plain = (_: string, text: string): string => text;

const screen = (of: TopModel, columns = 120, rows = 20): string => render(of, columns, rows, plain).join("\n");
const names = (of: TopModel, rows = 20): readonly (string | undefined)[] =>
  render(of, 100, rows, plain)
    .filter((line) => /MiB/.test(line) && !/RAM/.test(line))
    .map((line) => line.split(" ")[0]);

describe("the screen", () => {
  it("shows the host, a row for each guest with why, and the keys", () => {
    const text = screen(topModel());
    expect(text).toMatch(/^selfballoon 1\.2\.3: selfballooning two guests +12:00:00\n3 guests, RAM 3\.0 GiB: saved /);
    expect(text).toMatch(/\n\[:*#*[:.]*\]\n/);
    expect(text).toMatch(/GUEST +STATE +HAS +AVAIL +TARGET +GOAL +COMMITTED +PSI +WHY/);
    expect(text).toMatch(/web10 +giving back +977 MiB +- +880 MiB +201 MiB +195 MiB +- +The guest has more/);
    expect(text).toMatch(/ by state, up; 1-3 of 3\n\? keys {2}q quit {2}Enter details {2}\/ search .* o turn *$/);
  });

  it("shows how the host's memory stands, and what is wrong with it instead", () => {
    const lines = (host: Snapshot["host"]): readonly string[] =>
      render(firstModel({ ...topSnapshot(["web"]), host }, NOON), 170, 20, (colour, text) => `<${colour}>${text}</>`);
    expect(lines(null).join("\n")).not.toContain("budget");
    expect(lines(standingWith())[3]).toMatch(
      /^budget 2\.0 GiB, the host's need 0 %: guests have 1\.6 GiB, .* free 300 MiB, .*over-commit 1\.50/,
    );
    const short = lines({ ...standingWith(), need: 1, isEmergency: true })[3];
    expect(short).toMatch(/^budget 2\.0 GiB, the host's need 100 %, an emergency: guests/);
    const reserved = { ...standingWith(), reservedFor: ["web", null, "a", "b", "c"] };
    expect(lines(reserved)[3]).toContain(" reserved 0 MiB for web and anybody and a and 2 more, free ");
    expect(lines({ ...standingWith(), need: null })[3]).toMatch(/^budget 2\.0 GiB: guests/);
    const details = { minMib: 3000, capacityMib: 2048 };
    const warned = lines(standingWith({ code: "budget_exceeded", details }));
    expect(warned[3]).toMatch(/^<yellow>guests that are not managed .* are 3000 MiB/);
    expect(warned).toHaveLength(20);
    const plainly = renderPlain(firstModel({ ...topSnapshot(["web"]), host: standingWith() }, NOON), plain);
    expect(plainly[2]).toContain("budget 2.0 GiB");
  });

  it("leaves out of the sum what there is no room for, and cuts no figure off", () => {
    const names = Array.from({ length: 240 }, (_, nth) => `web${nth}`);
    const sum = (columns: number): string => (render(topModel(names), columns, 24, plain)[1] ?? "").trimEnd();
    expect(sum(120)).toMatch(/^240 guests, RAM 240 GiB: saved .* given out 229 GiB \(in use 229 GiB, spare 0 MiB\)/);
    expect(sum(60)).toMatch(/^240 guests, RAM 240 GiB: saved [\d.]+ GiB, given out 229 GiB$/);
    expect(sum(44)).toMatch(/^240 guests, RAM 240 GiB: saved [\d.]+ GiB$/);
  });

  it("dims what is old once the daemon is lost, and nothing before", () => {
    const rowsOf = (of: TopModel): readonly string[] =>
      render(of, 100, 20, (colour, text) => `<${colour}>${text}</>`).filter((line) => /web\d+ /.test(line));
    const model = { ...topModel(), selected: "web2" };
    expect(rowsOf(model)).toHaveLength(2);
    for (const line of rowsOf(model)) expect(line).not.toContain("<dim>w");
    for (const line of rowsOf(
      withLoss(model, selfballoonError("ERR_NO_DAEMON", { socket: "s", problem: "gone" }), NOON),
    ))
      expect(line).toMatch(/^<dim>(<inverse>)?web/);
  });

  it("says what was set for single guests, and has a row less for them", () => {
    const told = topSnapshot(["web", "db"]);
    const guests = told.guests.map((guest) => ({
      ...guest,
      setAtRunTime: guest.guest === "db" ? ["max_mb", "weight"] : [],
    }));
    const of = firstModel({ ...told, guests }, NOON);
    expect(screen(of)).toContain("\ndb: max_mb, weight set at run time ");
    expect(renderPlain(of, plain)).toContain("db: max_mb, weight set at run time");
    expect(roomOf(of, 120, 20).rows).toBe(roomOf(topModel(), 120, 20).rows - 1);
  });

  it("shows a guest that is left alone by what it is, and only a fault in red", () => {
    const told = topSnapshot(["paused", "broken"]);
    const problems = [
      selfballoonError("ERR_GUEST_LEFT_ALONE", { guest: "paused", state: "paused" }),
      selfballoonError("ERR_SOCKET", { path: "/a.qmp", problem: "gone" }),
    ];
    const guests = told.guests.map((guest, nth) => ({ ...guest, problem: problems[nth] ?? null }));
    const lines = render(firstModel({ ...told, guests }, NOON), 120, 20, (colour, text) => `<${colour}>${text}</>`);
    expect(lines.join("\n")).toMatch(/\npaused +<yellow>paused *<\/>/);
    expect(lines.join("\n")).toMatch(/\nbroken +<red>unreadable *<\/>/);
  });

  it("has exactly as many lines and at most as many columns as the terminal, whatever its size, what it shows and the guests' names", () => {
    const words = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 250 }),
        fc.integer({ min: 1, max: 60 }),
        fc.uniqueArray(words, { maxLength: 40 }),
        fc.record({
          mode: fc.constantFrom("list", "search", "details", "help"),
          nth: fc.nat(40),
          filter: fc.option(words, { nil: "" }),
          offset: fc.nat(100),
          notice: fc.option(fc.string().map((text) => ({ text: shownText(text), isProblem: true }))),
          isLost: fc.boolean(),
        }),
        (columns, rows, guests, { nth, isLost, ...view }) => {
          const of = { ...topModel(guests), ...view, selected: guests[nth] ?? null };
          const shown = isLost ? withLoss(of, new Error("it is\u001b gone"), NOON) : of;
          const lines = render(shown, columns, rows, plain);
          expect(lines).toHaveLength(rows);
          for (const line of lines) {
            expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
            expect(textColumns(line)).toBeLessThanOrEqual(columns);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("drops columns where it is narrow, the least telling first", () => {
    const headings = (columns: number) =>
      screen(topModel(), columns)
        .match(/GUEST.*/)?.[0]
        .trim()
        .split(/ +/);
    expect(headings(100)).toEqual("GUEST STATE HAS AVAIL TARGET GOAL COMMITTED SWAP PSI".split(" "));
    expect(headings(60)).toEqual("GUEST STATE HAS AVAIL TARGET".split(" "));
    expect(headings(30)).toEqual("GUEST STATE HAS".split(" "));
  });

  it("paints states and takes no columns for it", () => {
    const painted = render(topModel(), 100, 20, (colour, text) => `{${colour}}${text}{/}`);
    expect(painted.join("\n")).toContain("{green}giving back {/}");
    expect(painted.join("\n").replaceAll(/\{[/a-z]+\}/g, "")).toBe(screen(topModel(), 100));
  });

  it("says who is short above all guests, and shows those first", () => {
    const told = topSnapshot(["calm", "starved"], { availablePages: 100_000 });
    const guests = told.guests.map((guest) =>
      guest.guest === "calm" ? guest : { ...guest, ...topSnapshot(["starved"], { availablePages: 0 }).guests[0] },
    );
    const lines = render(firstModel({ ...told, guests }, NOON), 120, 20, (colour, text) => `<${colour}>${text}</>`);
    expect(lines[3]).toMatch(/^<red>1 guest is short +<\/>$/);
    expect(lines[5]).toMatch(/^starved +<red>emergency *<\/>.* 0 MiB/);
    expect(lines[6]).toMatch(/^calm /);
  });

  it("makes names harmless", () => {
    expect(screen(topModel(["\u001b]0;evil\u0007"]), 200)).toContain("\\u{1b}]0;evil\\u{7}");
  });

  it("says when the daemon is lost, keeps what it knew, and says when it is back", () => {
    const error = selfballoonError("ERR_NO_DAEMON", { socket: "/s", problem: "connect ENOENT" });
    const lost = withLoss(withLoss(topModel(), error, NOON + 1000), error, NOON + 9000);
    expect(screen(lost)).toMatch(/ LOST\nThe daemon is lost since 12:00:01: what you see is old\. .*connect ENOENT/);
    expect(names(lost)).toHaveLength(3);
    const back = withSnapshot(lost, topSnapshot(["web2"]), NOON + 10_000);
    expect(screen(back)).toContain("The daemon is back since 12:00:10; it was lost at 12:00:01.");
    expect(names(back)).toEqual(["web2"]);
    expect(screen(withSnapshot(back, topSnapshot(["web2"]), NOON + 60_000))).not.toContain("back since");
  });

  it("tells the pressure between two looks, and keeps it until there is another step", () => {
    const first = firstModel(topSnapshot(["a"], { t: 10, psiSomeTotalUs: 0 }), NOON);
    const second = withSnapshot(first, topSnapshot(["a"], { t: 12, psiSomeTotalUs: 500_000 }), NOON);
    expect(screen(second)).toMatch(/ 25 %/);
    const third = withSnapshot(second, topSnapshot(["a"], { t: 12, psiSomeTotalUs: 500_000 }), NOON);
    expect(screen(third)).toMatch(/ 25 %/);
  });
});

describe("plain output", () => {
  it("has all guests and columns on lines as long as they need", () => {
    const lines = renderPlain(topModel(), plain);
    expect(lines).toHaveLength(7);
    expect(lines[4]).toMatch(/^database +giving back .* goes down a part of the way\.$/);
  });
});
