import { describe, expect, it } from "vitest";
import type { BoardEntry } from "../../../src/fleet/board-entry.ts";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import { beginRollout } from "../../../src/fleet/rollout.ts";
import { RolloutDriver, sightOf } from "../../../src/fleet/rollout-driver.ts";
import type { Scope } from "../../../src/fleet/scope.ts";
import type { SettingsBoard } from "../../../src/fleet/settings-board.ts";
import type { KeptDocument, SettingsDocument } from "../../../src/fleet/settings-wire.ts";
import { encode } from "../../../src/fleet/wire.ts";
import { hostState } from "../../support/fleet.ts";

const ALL: Scope = { kind: "all" };
const BEGUN = { id: "0a1b2c3d", guest: null, values: { guard: "0" }, hosts: ["h1"], watchMs: 0 };
const NOTHING: SettingsDocument = { settings: {}, guests: {} };

/** A bucket of one key, which each driver sees as it was when it looked last. */
class Bucket {
  now: KeptDocument = { ...beginRollout(NOTHING, BEGUN, sightOf({ scope: ALL, revision: 0 }, viewOf())), revision: 1 };
  writes = 0;

  seenAt(seen: KeptDocument): Pick<SettingsBoard, "list" | "edit"> {
    const { revision, ...document } = seen;
    const entry: BoardEntry = { scope: ALL, document, revision, problem: null };
    return {
      list: () => [entry],
      edit: (_, change) => {
        const { revision: before, ...old } = this.now;
        const after = change(old);
        if (after !== old) {
          this.writes += 1;
          this.now = { ...after, revision: before + 1 };
        }
        return Promise.resolve(this.now);
      },
    };
  }
}

function viewOf(): FleetView {
  const view = new FleetView(() => 0);
  const settings = { taken: { all: 9 }, refused: [], refusedInAll: 0 };
  const state = hostState("h1", { settings, trouble: { upS: 1, oomKills: 0, emergencies: 0 } });
  view.takeKey("h1", "state", encode<"state">(state), 0);
  return view;
}

function driverOf(board: Pick<SettingsBoard, "list" | "edit">) {
  const said: string[] = [];
  const problems: string[] = [];
  const tools = {
    view: viewOf(),
    onDecided: (text: string) => said.push(text),
    onProblem: (text: string) => problems.push(text),
  };
  return { driver: new RolloutDriver({ board, ...tools }), said, problems };
}

describe("a driver of roll-outs", () => {
  it("decides nothing that another decided meanwhile, and goes on from there", async () => {
    const bucket = new Bucket();
    const [first, second] = [driverOf(bucket.seenAt(bucket.now)), driverOf(bucket.seenAt(bucket.now))];
    await first.driver.look();
    await second.driver.look();
    expect(bucket.writes).toBe(1);
    expect(bucket.now.rollout?.phase).toMatchObject({ is: "first", sinceMs: 0 });
    const third = driverOf(bucket.seenAt(bucket.now));
    await third.driver.look();
    await second.driver.look();
    expect(bucket.writes).toBe(2);
    expect(bucket.now).toMatchObject({ settings: { guard: "0" }, rollout: { phase: { is: "done" } } });
    expect(third.said).toEqual(["all: done: all hosts have it"]);
  });

  it("says once what keeps it from writing, until it can again", async () => {
    const bucket = new Bucket();
    const board = bucket.seenAt(bucket.now);
    let isAway = true;
    const edit: typeof board.edit = (scope, change) =>
      isAway ? Promise.reject(new Error("timeout")) : board.edit(scope, change);
    const { driver, problems } = driverOf({ ...board, edit });
    await driver.look();
    await driver.look();
    expect(problems).toEqual(["all: timeout"]);
    isAway = false;
    await driver.look();
    isAway = true;
    await driver.look();
    expect(problems).toHaveLength(2);
  });

  it("carries on the others where one scope can't be written", async () => {
    const bucket = new Bucket();
    const board = bucket.seenAt(bucket.now);
    const bad: Scope = { kind: "host", host: "h1" };
    const { driver, problems } = driverOf({
      list: () => board.list().flatMap((entry) => [{ ...entry, scope: bad, revision: 0 }, entry]),
      edit: (scope, change) => (scope === bad ? Promise.reject(new Error("no rights")) : board.edit(scope, change)),
    });
    await driver.look();
    expect(problems).toEqual(["host h1: no rights"]);
    expect(bucket.writes).toBe(1);
  });
});
