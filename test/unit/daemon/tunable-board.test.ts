import { describe, expect, it } from "vitest";
import { type Configured, createSettings, writeSetting } from "../../../src/core/settings.ts";
import type { TunableName } from "../../../src/core/tunables.ts";
import { TunableBoard } from "../../../src/daemon/tunable-board.ts";

/** A configuration whose file sets these. */
function configured(set: Partial<Record<TunableName, string>> = {}, hasCompressedSwap = true): Configured {
  let settings = createSettings({ hasCompressedSwap });
  for (const [name, text] of Object.entries(set)) {
    const change = writeSetting(settings, name, text, true);
    if (!change.ok) throw new Error(`${name} was refused`);
    settings = change.settings;
  }
  const sources = Object.fromEntries(Object.keys(set).map((name) => [name, "file"] as const));
  return { settings, sources, guestTunables: () => ({}) };
}

const statusOf = (board: TunableBoard, name: TunableName) => board.list().find((status) => status.name === name);

describe("the tunables that the daemon runs with", () => {
  it("say where each value comes from: default, file, or a write", () => {
    const board = new TunableBoard(configured({ guard: "0" }));
    board.change({ frontswap_inertia: "7" }, true);
    expect(statusOf(board, "guard")).toEqual({ name: "guard", value: 0, default: 1, source: "file" });
    expect(statusOf(board, "frontswap_inertia")).toMatchObject({ value: 7, default: 3, source: "runtime" });
    expect(statusOf(board, "selfballooning")).toMatchObject({ source: "default" });
    board.change({ guard: null }, true);
    expect(statusOf(board, "guard")).toMatchObject({ value: 1, source: "default" });
  });

  it("are changed in order, each write with what was in force before it", () => {
    const board = new TunableBoard(configured());
    const [first, second] = board.change({ guard_headroom_mb: "100", frontswap_inertia: "5" }, true);
    expect([first?.name, second?.name]).toEqual(["guard_headroom_mb", "frontswap_inertia"]);
    expect(first?.before.settings.values.guard_headroom_mb).toBe(64);
    expect(second?.before).toBe(first?.after);
    expect(second?.after).toBe(board.inForce);
    expect(board.inForce.settings.values).toMatchObject({ guard_headroom_mb: 100, frontswap_inertia: 5 });
  });

  it.each([
    ["an invalid value", { guard: "0", frontswap_inertia: "0" }, true, "ERR_TUNABLE_INVALID"],
    ["an unknown name", { guard: "0", gard: "1" }, true, "ERR_TUNABLE_UNKNOWN"],
    ["a writer without the right", { guard: "0" }, false, "ERR_TUNABLE_FORBIDDEN"],
  ])("stay all as they were where one change is %s", (_, changes, privileged, code) => {
    const board = new TunableBoard(configured());
    const before = board.inForce;
    expect(() => board.change(changes, privileged)).toThrow(expect.objectContaining({ code }));
    expect(board.inForce).toBe(before);
  });

  it("have nothing of compressed swap where there is none", () => {
    const board = new TunableBoard(configured({}, false));
    expect(board.hasCompressedSwap).toBe(false);
    expect(board.list().map(({ name }) => name)).not.toContain("frontswap_inertia");
  });

  it("give way to a reloaded configuration, which says what it changed", () => {
    const board = new TunableBoard(configured({ frontswap_hysteresis: "9" }));
    board.change({ guard_headroom_mb: "100" }, true);
    const writes = board.configure(configured({ frontswap_hysteresis: "9", frontswap_inertia: "6" }));
    expect(writes.map(({ name }) => name).sort()).toEqual(["frontswap_inertia", "guard_headroom_mb"]);
    expect(writes[0]?.before.settings.values.guard_headroom_mb).toBe(100);
    expect(writes[0]?.after.settings.values.guard_headroom_mb).toBe(64);
    expect(statusOf(board, "guard_headroom_mb")).toMatchObject({ value: 64, source: "default" });
  });

  it("keep selfballooning off over reloads once everything was released", () => {
    const board = new TunableBoard(configured());
    expect(board.release()).toMatchObject([{ name: "selfballooning" }]);
    for (let reload = 0; reload < 2; reload += 1) {
      expect(board.configure(configured({ selfballooning: "1" }))).toEqual([]);
      expect(statusOf(board, "selfballooning")).toMatchObject({ value: 0, source: "runtime" });
    }
    board.change({ guard: "0" }, true);
    board.configure(configured());
    expect(board.inForce.settings.values.selfballooning).toBe(0);
  });

  it.each(["1", "0", null])("forget a release when selfballooning is set to %s: a reload holds again", (text) => {
    const board = new TunableBoard(configured());
    board.release();
    board.change({ selfballooning: text }, true);
    board.configure(configured({ selfballooning: "1" }));
    expect(statusOf(board, "selfballooning")).toMatchObject({ value: 1, source: "file" });
  });

  it("do not forget a release over a write that is refused", () => {
    const board = new TunableBoard(configured());
    board.release();
    expect(() => board.change({ selfballooning: "2" }, true)).toThrow();
    expect(() => board.change({ selfballooning: "1" }, false)).toThrow();
    board.configure(configured());
    expect(board.inForce.settings.values.selfballooning).toBe(0);
  });
});
