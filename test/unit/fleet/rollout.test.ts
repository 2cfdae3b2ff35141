import { describe, expect, it } from "vitest";
import { ownOf } from "../../../src/core/own.ts";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import { settingsReport } from "../../../src/fleet/host-report.ts";
import {
  abortRollout,
  beginRollout,
  changedBeside,
  firstOf,
  resumeRollout,
  rolloutText,
  saidTo,
  stepRollout,
} from "../../../src/fleet/rollout.ts";
import type { RolloutSight } from "../../../src/fleet/rollout-watch.ts";
import type { Scope } from "../../../src/fleet/scope.ts";
import { changedBy } from "../../../src/fleet/settings-change.ts";
import { decodeDocument, encodeDocument, type SettingsDocument } from "../../../src/fleet/settings-wire.ts";
import { encode, type Outgoing } from "../../../src/fleet/wire.ts";
import { hostState } from "../../support/fleet.ts";

const ALL: Scope = { kind: "all" };
const WATCH_MS = 600_000;
const BEFORE: SettingsDocument = { settings: { guard: "1" }, guests: { "db*": { weight: "2" } } };
const BEGUN = {
  id: "0a1b2c3d",
  guest: null,
  values: { guard_headroom_mb: "48", guard: null },
  hosts: ["h1", "h2"],
  watchMs: WATCH_MS,
};
const CHANGED = { ...BEFORE, settings: { guard_headroom_mb: "48" } };

const CALM = { upS: 3600, oomKills: 0, emergencies: 0 };
const TAKEN = { taken: { all: 7 }, refused: [], refusedInAll: 0 };

/** Hosts that have taken it and are calm, but for `changes`; null: not seen any more. */
function sight(nowMs: number, changes: Readonly<Record<string, Partial<Outgoing<"state">> | null>> = {}): RolloutSight {
  const view = new FleetView(() => 0);
  for (const host of new Set(["h1", "h2", "h3", "h4", ...Object.keys(changes)])) {
    const change = ownOf(changes, host);
    if (change === null) continue;
    const state = hostState(host, { settings: TAKEN, trouble: CALM, ...change });
    view.takeKey(host, "state", encode<"state">(state), 0);
  }
  return { scope: ALL, revision: 7, hosts: view.list(), nowMs };
}

const trouble = (change: Partial<typeof CALM>) => ({ trouble: { ...CALM, ...change } });
const textOf = ({ rollout }: SettingsDocument, seen: RolloutSight): string =>
  rollout === undefined ? "" : rolloutText(rollout, seen);
const BEGIN = beginRollout(BEFORE, BEGUN, sight(0));
const watched = stepRollout(BEGIN, sight(1000));

describe("a roll-out", () => {
  it("gives the change to the first hosts alone", () => {
    expect(saidTo("h1", BEGIN)).toMatchObject(CHANGED);
    expect(saidTo("h3", BEGIN)).toMatchObject(BEFORE);
  });

  it("waits until all of them have taken it", () => {
    const notYet: readonly (Partial<Outgoing<"state">> | null)[] = [
      null,
      { settings: { ...TAKEN, taken: { all: 6 } } },
      { settings: { ...TAKEN, taken: {} } },
    ];
    for (const held of notYet) {
      const seen = sight(1000, { h2: held });
      expect(stepRollout(BEGIN, seen)).toBe(BEGIN);
      expect(textOf(BEGIN, seen)).toBe("on h1, h2 first; held by h2");
    }
    const begun = { atMs: 0, before: { h1: CALM, h2: CALM } };
    expect(watched.rollout?.phase).toEqual({ is: "first", begun, sinceMs: 1000 });
    expect(saidTo("h1", watched)).toMatchObject(CHANGED);
  });

  it("watches them for its time, and then all have it", () => {
    expect(stepRollout(watched, sight(1000 + WATCH_MS - 1))).toBe(watched);
    expect(textOf(watched, sight(301_000))).toBe("h1, h2 have it; the others in 300 s");
    const done = stepRollout(watched, sight(1000 + WATCH_MS));
    expect(done).toMatchObject(CHANGED);
    expect(done.rollout?.phase).toEqual({ is: "done", atMs: 1000 + WATCH_MS });
    expect(saidTo("h3", done)).toBe(done);
    expect(stepRollout(done, sight(9_000_000))).toBe(done);
  });

  it("goes no further while one of them is not seen, and on when it is again", () => {
    const late = 1000 + 2 * WATCH_MS;
    expect(stepRollout(watched, sight(late, { h1: null }))).toBe(watched);
    expect(stepRollout(watched, sight(late)).rollout?.phase.is).toBe("done");
  });

  it.each<[string, Parameters<typeof sight>[1], string]>([
    ["a guest is killed", { h1: trouble({ oomKills: 1 }) }, "OOM kills rose since it was begun: 1 on h1 within 301 s"],
    [
      "guests run short",
      { h2: trouble({ emergencies: 3 }) },
      "emergencies rose since it was begun: 3 on h2 within 301 s",
    ],
    [
      "a daemon that was started again tells of more",
      { h1: { trouble: { upS: 10, oomKills: 2, emergencies: 0 } } },
      "2 on h1",
    ],
    [
      "a host refuses it",
      {
        h2: {
          settings: { ...TAKEN, refused: [{ scope: "all", guest: null, name: "guard_headroom_mb", problem: "why" }] },
        },
      },
      "h2 refuses guard_headroom_mb: why",
    ],
  ])("stops by itself where %s, and is taken back", (_, changes, because) => {
    const stopped = stepRollout(watched, sight(301_000, changes));
    expect(stopped.rollout?.phase).toEqual({ is: "stopped", atMs: 301_000, because: expect.stringContaining(because) });
    expect(saidTo("h1", stopped)).toMatchObject(BEFORE);
    expect(textOf(stopped, sight(301_000))).toContain("taken back from h1, h2: ");
    expect(stepRollout(stopped, sight(9_000_000))).toBe(stopped);
  });

  it("stops by trouble of a host whose name is that of something every object has", () => {
    const begun = beginRollout(BEFORE, { ...BEGUN, hosts: ["constructor"] }, sight(0));
    const seen = { constructor: trouble({ emergencies: 3 }) };
    const after = stepRollout(stepRollout(begun, sight(1000, seen)), sight(301_000, seen));
    expect(after.rollout?.phase).toMatchObject({ is: "stopped", because: expect.stringContaining("3 on constructor") });
  });

  it.each<[string, Parameters<typeof sight>[1]]>([
    ["trouble where it is not", { h3: trouble({ oomKills: 9, emergencies: 99 }) }],
    ["an emergency of each host", { h1: trouble({ emergencies: 1 }), h2: trouble({ emergencies: 1 }) }],
    [
      "what was refused of something else",
      {
        h1: {
          settings: {
            ...TAKEN,
            refused: [
              { scope: "all", guest: "db*", name: "guard_headroom_mb", problem: "why" },
              { scope: "host h1", guest: null, name: "guard_headroom_mb", problem: "why" },
              { scope: "all", guest: null, name: "frontswap_inertia", problem: "why" },
            ],
          },
        },
      },
    ],
  ])("does not stop for %s", (_, changes) => {
    expect(stepRollout(watched, sight(301_000, changes))).toBe(watched);
  });

  it("takes as much trouble as is usual on its hosts, and no more than twice as much", () => {
    const usual = { upS: 3600, oomKills: 36, emergencies: 0 };
    const began = sight(0, { h1: { trouble: usual } });
    const begun = stepRollout(beginRollout(BEFORE, BEGUN, began), began);
    const later = (oomKills: number) => sight(300_000, { h1: { trouble: { ...usual, upS: 3900, oomKills } } });
    expect(stepRollout(begun, later(36 + 6))).toBe(begun);
    expect(stepRollout(begun, later(36 + 7)).rollout?.phase).toMatchObject({
      is: "stopped",
      because: expect.stringContaining("where 3.0 are usual"),
    });
  });

  it("stops for trouble that comes while not all of the first hosts have taken it", () => {
    const notYet = { settings: { ...TAKEN, taken: { all: 6 } } };
    const { rollout } = stepRollout(BEGIN, sight(300_000, { h1: trouble({ oomKills: 1 }), h2: notYet }));
    expect(rollout?.phase).toMatchObject({ is: "stopped", because: expect.stringContaining("1 on h1 within 300 s") });
  });

  it("heeds what a host refuses once it has taken it, and not what it refused before", () => {
    const refused = [{ scope: "all", guest: null, name: "guard_headroom_mb", problem: "why" }];
    const told = (revision: number) =>
      sight(1000, { h2: { settings: { taken: { all: revision }, refused, refusedInAll: 1 } } });
    expect(stepRollout(BEGIN, told(6))).toBe(BEGIN);
    expect(stepRollout(BEGIN, told(7)).rollout?.phase.is).toBe("stopped");
  });

  it("knows a refusal for guests whose name is long or not as it is shown", () => {
    for (const guest of [`db-${"x".repeat(200)}*`, "db\u202e*"]) {
      const begun = beginRollout(BEFORE, { ...BEGUN, guest, values: { weight: "3" } }, sight(0));
      const settings = settingsReport({ all: { ...begun, revision: 7 } }, [
        { scope: "all", guest, name: "weight", problem: "why" },
      ]);
      expect(stepRollout(begun, sight(1000, { h1: { settings } })).rollout?.phase.is).toBe("stopped");
    }
  });

  it("is told what is refused of it by a host that refuses more than it can tell", () => {
    const others = Array.from({ length: 20 }, () => ({ scope: "all", guest: "db*", name: "weight", problem: "why" }));
    const settings = settingsReport({ all: { ...BEGIN, revision: 7 } }, [
      ...others,
      { scope: "all", guest: null, name: "guard_headroom_mb", problem: "why" },
    ]);
    expect(settings).toMatchObject({ refused: { length: 8 }, refusedInAll: 21 });
    expect(stepRollout(BEGIN, sight(1000, { h1: { settings } })).rollout?.phase.is).toBe("stopped");
  });

  it("keeps what it changes from being set otherwise meanwhile, and nothing else", () => {
    for (const value of ["60", null])
      expect(() => changedBeside(watched, { guest: null, values: { guard_headroom_mb: value } }, ALL)).toThrow(
        expect.objectContaining({ code: "ERR_ROLLOUT_UNDER_WAY" }),
      );
    const changes = [
      { guest: null, values: { frontswap_inertia: "9" } },
      { guest: "db*", values: { guard_headroom_mb: "60" } },
    ];
    for (const change of changes) expect(changedBeside(watched, change, ALL)).toEqual(changedBy(change, watched));
    const stopped = stepRollout(watched, sight(2000, { h1: trouble({ oomKills: 1 }) }));
    expect(changedBeside(stopped, { guest: null, values: { guard: "0" } }, ALL).settings).toEqual({ guard: "0" });
  });

  it("is begun and begun again on hosts that there are", () => {
    const stopped = stepRollout(watched, sight(2000, { h1: trouble({ oomKills: 1 }) }));
    for (const act of [
      () => beginRollout(BEFORE, { ...BEGUN, hosts: [] }, sight(0)),
      () => resumeRollout(stopped, null, [], sight(0)),
    ])
      expect(act).toThrow(expect.objectContaining({ code: "ERR_NO_ROLLOUT_HOSTS" }));
  });

  it("begins one at a time, again after a stop, and is forgotten when it is aborted", () => {
    expect(() => beginRollout(watched, BEGUN, sight(0))).toThrow(
      expect.objectContaining({ code: "ERR_ROLLOUT_UNDER_WAY" }),
    );
    const stopped = stepRollout(watched, sight(2000, { h1: trouble({ oomKills: 1 }) }));
    const again = resumeRollout(stopped, BEGUN.id, ["h3"], sight(3000));
    expect(again.rollout).toMatchObject({
      hosts: ["h3"],
      values: BEGUN.values,
      phase: { begun: { atMs: 3000 }, sinceMs: null },
    });
    expect(abortRollout(watched, BEGUN.id, ALL)).toEqual(BEFORE);
    const done = stepRollout(watched, sight(1000 + WATCH_MS));
    expect(abortRollout(done, null, ALL)).toEqual(CHANGED);
    for (const act of [
      () => abortRollout(BEFORE, BEGUN.id, ALL),
      () => resumeRollout(BEFORE, null, ["h1"], sight(0)),
      () => resumeRollout(done, BEGUN.id, ["h1"], sight(0)),
    ])
      expect(act).toThrow(expect.objectContaining({ code: "ERR_NO_ROLLOUT" }));
    expect(beginRollout(done, BEGUN, sight(0)).rollout?.phase.is).toBe("first");
  });

  it("is neither begun again nor forgotten by an order for another", () => {
    const stopped = stepRollout(watched, sight(2000, { h1: trouble({ oomKills: 1 }) }));
    for (const act of [
      () => abortRollout(watched, "ffffffff", ALL),
      () => resumeRollout(stopped, "ffffffff", ["h1"], sight(0)),
    ])
      expect(act).toThrow(
        expect.objectContaining({
          code: "ERR_ROLLOUT_OTHER",
          details: { scope: "all", id: "ffffffff", other: BEGUN.id },
        }),
      );
  });

  it("is read as it was written, in each of its states", () => {
    const stopped = stepRollout(watched, sight(2000, { h1: trouble({ oomKills: 1 }) }));
    for (const document of [BEGIN, watched, stopped, stepRollout(watched, sight(1000 + WATCH_MS))])
      expect(decodeDocument(encodeDocument(document))).toEqual(document);
  });
});

describe("the first hosts", () => {
  it("are spread over all of them", () => {
    const hosts = ["a", "b", "c", "d", "e", "f"];
    expect([1, 2, 3, 9].map((count) => firstOf(hosts, count).join(""))).toEqual(["a", "ad", "ace", "abcdef"]);
    expect(firstOf([], 3)).toEqual([]);
  });
});
