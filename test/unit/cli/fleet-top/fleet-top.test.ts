import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FLEET_KEYS, withFleetKey } from "../../../../src/cli/fleet-top/keys.ts";
import { type FleetTopModel, firstFleetModel } from "../../../../src/cli/fleet-top/model.ts";
import { fleetRoom, renderFleet } from "../../../../src/cli/fleet-top/render.ts";
import type { HostView } from "../../../../src/fleet/fleet-view.ts";
import { hostState, row } from "../../../support/fleet.ts";
import { NOON } from "../../../support/top-model.ts";

const plain = (_: string, text: string): string => text;

function host(name: string, change: Parameters<typeof hostState>[1] = {}, more: Partial<HostView> = {}): HostView {
  const state: HostView["state"] = { ...hostState(name, change), v: 1, worst: [] };
  return { host: name, state, ageMs: 2000, isStale: false, refused: null, ...more };
}

const FLEET = [
  host("alpha", { labels: { rack: "a1" }, currentMb: 4000, maximumMb: 9000 }),
  host("beta", { short: 2, labels: { rack: "b1" } }),
  host("gamma", { held: 1, labels: { rack: "b1" } }),
  host("omega", {}, { isStale: true, ageMs: 65_000 }),
  host("psi", {}, { state: null, ageMs: null, isStale: true }),
];
const fleet = firstFleetModel(FLEET, NOON);

const screen = (of: FleetTopModel, columns = 80, rows = 24): readonly string[] => renderFleet(of, columns, rows, plain);
const names = (of: FleetTopModel): readonly (string | undefined)[] =>
  screen(of)
    .slice(3, -2)
    .flatMap((line) => (line === "" ? [] : [line.split(" ")[0]]));

/** The view after these keys, none of which ends or suspends. */
function press(of: FleetTopModel, ...keys: readonly string[]): FleetTopModel {
  return keys.reduce((before, key) => {
    const next = withFleetKey(before, { name: key, text: key.length === 1 ? key : "" }, fleetRoom(before, 80, 24));
    if (typeof next === "string") throw new Error(`${key} asks for ${next}`);
    return next;
  }, of);
}

const seeing = (of: FleetTopModel, name: string, ...guests: readonly ReturnType<typeof row>[]): FleetTopModel => ({
  ...of,
  guests: { host: name, rows: guests.map((one) => ({ ...one, host: name, isStale: false, missingMb: 0 })) },
});

describe("a fleet on a terminal", () => {
  it("shows hosts that are short first, then held ones, those that said nothing last, and what is stale", () => {
    expect(
      screen(fleet)
        .slice(0, 2)
        .map((line) => line.trimEnd()),
    ).toEqual([
      `${"selfballoon fleet: 3 live hosts with 6 guests, 6.9 GiB saved".padEnd(71)} 12:00:00`,
      "2 guests are short, 1 held; 2 stale",
    ]);
    expect(names(fleet)).toEqual(["beta", "gamma", "alpha", "omega", "psi"]);
    expect(screen(fleet)[2]).toMatch(/^HOST +GUESTS +SHORT +HELD +HAVE +WANT +SAVED +BUDGET +SEEN$/);
    expect(screen(fleet)[7]).toMatch(/^psi +- +- +- +- +- +- +- +never$/);
    expect(screen(fleet).at(-2)).toMatch(/by short, down; 1-5 of 5$/);
  });

  it.each([
    [80, 24],
    [200, 60],
    [40, 10],
    [20, 5],
    [1, 1],
  ])("fills %i by %i exactly, whatever is looked at", (columns, rows) => {
    const many = firstFleetModel(
      Array.from({ length: 40 }, (_, nth) => host(`h${nth}`.repeat(20))),
      NOON,
    );
    const guests = Array.from({ length: 50 }, (_, nth) => row(`guest-${nth}`.repeat(9)));
    for (const of of [
      many,
      press(many, "/", "h"),
      press(many, "?"),
      seeing(press(many, "enter"), many.hosts[0]?.host ?? "", ...guests),
    ]) {
      const lines = screen(of, columns, rows);
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it("selects a host, shows its guests and goes back step by step until it ends", () => {
    const chosen = press(fleet, "down", "down");
    expect(chosen.selected).toBe("gamma");
    const opened = seeing(
      press(chosen, "enter"),
      "gamma",
      row("db", { standing: "short", goalMb: 900, reason: "emergency" }),
    );
    expect(opened.mode).toBe("host");
    const text = screen(opened).join("\n");
    expect(text).toContain("gamma (rack=b1): a test, version 1.2.3.");
    expect(text).toMatch(/\ndb +short +500 MiB +900 MiB +400 MiB +emergency/);
    const closed = press(opened, "escape");
    expect(closed).toMatchObject({ mode: "list", selected: "gamma" });
    const unselected = press(closed, "escape");
    expect(withFleetKey(unselected, { name: "escape", text: "" }, fleetRoom(unselected, 80, 24))).toBe("quit");
  });

  it("says of a host how much it needs its memory, and what it warns of", () => {
    const health = { need: 1, isEmergency: true, warnings: ["its guests could have too much"] };
    const text = screen(press(firstFleetModel([host("alpha", { health })], NOON), "enter")).join(" ");
    expect(text.replaceAll(/\s+/g, " ")).toContain("an emergency. its guests could have too much.");
  });

  it("shows no other host's guests for those of the one that was just chosen", () => {
    const other = seeing(press(fleet, "down", "enter"), "alpha", row("elsewhere"));
    expect(screen(other).join("\n")).not.toContain("elsewhere");
  });

  it("finds hosts by name and label, and selects one of them", () => {
    const typed = press(fleet, "/", "b", "1");
    expect(names(typed)).toEqual(["beta", "gamma"]);
    expect(screen(typed).at(-2)).toMatch(/^Search: b1_ /);
    const kept = press(typed, "enter");
    expect(kept).toMatchObject({ mode: "list", selected: "beta" });
    expect(names(press(kept, "escape"))).toHaveLength(5);
  });

  it("sorts by the column beside, with the most first, and turns the order", () => {
    const bySaved = press(fleet, ">", ">", ">", ">");
    expect(bySaved.sorting).toEqual({ key: "saved", descending: true });
    expect(names(bySaved)[0]).toBe("alpha");
    const byHost = press(fleet, "<", "<");
    expect(names(byHost)).toEqual(["alpha", "beta", "gamma", "omega", "psi"]);
    expect(names(press(byHost, "o"))).toEqual(["psi", "omega", "gamma", "beta", "alpha"]);
  });

  it("tells each key in its help and in the guide, and none means two things", () => {
    const guide = readFileSync("docs/guides/fleet.md", "utf8").replaceAll("`", "");
    const help = screen(press(fleet, "?"), 200, 40).join("\n");
    for (const { shown, does } of FLEET_KEYS) {
      expect(help).toContain(does);
      expect(guide).toContain(`\n| ${shown} | ${does} |\n`);
    }
    for (const mode of ["list", "search", "host", "help"] as const) {
      const keys = FLEET_KEYS.filter(({ modes }) => modes.includes(mode)).flatMap((one) => Object.keys(one.keys));
      expect(keys).toEqual([...new Set(keys)]);
    }
    expect(press(fleet, "x", "constructor", "__proto__")).toEqual(fleet);
  });
});
