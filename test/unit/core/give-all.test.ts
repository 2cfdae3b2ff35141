import { describe, expect, it } from "vitest";
import { failOpen, giveAll } from "../../../src/core/give-all.ts";
import type { Effect } from "../../../src/core/guest/effects.ts";
import type { GiveCause, GuestEnv } from "../../../src/core/guest/events.ts";
import { type ControllerState, foundState } from "../../../src/core/guest/state.ts";
import type { Account } from "../../../src/core/host/account.ts";
import { accountOf } from "../../../src/core/host/ledger.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { accountIn, envOf, hostEnv, hostOf } from "../../support/guest-env.ts";

const guest = (change: Partial<ControllerState> = {}): ControllerState => ({
  ...foundState("driver", 0),
  askedPages: 100_000,
  owes: true,
  ...change,
});

type Given = Effect & { readonly kind: "give_all" };
const givenIn = (effects: readonly Effect[]): Given | undefined =>
  effects.find((effect): effect is Given => effect.kind === "give_all");

/** Give guest `a`, that has 512 MiB, what it may have beside one that has `otherMib`, on a host of 4096 MiB. */
function give(because: GiveCause, otherMib: number, maxMb: number | null = null, change: Partial<Account> = {}) {
  const host = hostOf(accountIn("a", 512, change), accountIn("b", otherMib));
  const env = envOf({ host: hostEnv(4096, { maxMb }, 1024) });
  const reaction = giveAll({ guest: guest(), host }, "a", because, env, 0);
  const given = givenIn(reaction.effects);
  const charged = reaction.host === null ? null : accountOf(reaction.host.ledger, "a")?.currentBytes;
  return {
    mib: (given?.bytes ?? 0) / BYTES_PER_MIB,
    isAll: given?.isAll,
    chargedMib: (charged ?? 0) / BYTES_PER_MIB,
    reaction,
  };
}

describe("a guest that is given everything on a shared host", () => {
  it.each<[string, GiveCause, number, number | null, number, boolean, number]>([
    ["all that its machine has, where that is free", "silent", 1000, null, 2048, true, 2048],
    ["the reserve too, when nobody can tell what it needs", "silent", 3000, null, 1096, false, 1096],
    ["what it has and no more, silent on a full host", "silent", 3900, null, 512, false, 512],
    ["what it had at first, let go on a full host", "asked", 3900, null, 1024, false, 1024],
    ["what it had at first, no more managed on a full host", "unmanaged", 3900, null, 1024, false, 1024],
    ["more than it had at first, let go where that is free", "asked", 2000, null, 2048, true, 2048],
    ["all its memory when it restarts, whatever the host has", "restarting", 3900, null, 2048, true, 2048],
    ["what the operator allows at the most", "silent", 1000, 1500, 1500, true, 1500],
    ["what the operator allows, though it had more at first", "asked", 3900, 800, 800, true, 800],
    [
      "what the operator allows when it restarts, and is charged for all it may take",
      "restarting",
      0,
      1500,
      1500,
      true,
      2048,
    ],
    ["what it has, though the operator allows less: giving takes nothing", "asked", 0, 300, 512, true, 512],
    ["what the operator allows when it restarts, though it had more", "restarting", 0, 300, 300, true, 2048],
  ])("gets %s", (_, because, otherMib, maxMb, mib, isAll, chargedMib) => {
    expect(give(because, otherMib, maxMb)).toMatchObject({ mib, isAll, chargedMib });
  });

  it("gets what its balloon counts: what it has besides is charged and not given", () => {
    const change = { unballoonedBytes: 200 * BYTES_PER_MIB };
    expect(give("silent", 0, null, change)).toMatchObject({ mib: 1848, isAll: true, chargedMib: 2048 });
    expect(give("silent", 0, 1000, change)).toMatchObject({ mib: 1000, isAll: true, chargedMib: 1200 });
  });

  it.each<[GiveCause]>([["silent"], ["restarting"]])("is held while nobody knows what it has: %s", (because) => {
    const before = { guest: guest(), host: hostOf(accountIn("b", 100)) };
    const reaction = giveAll(before, "a", because, envOf({ host: hostEnv(4096, { maxMb: 700 }) }), 0);
    expect(reaction).toEqual({ ...before, effects: [{ kind: "read_size" }] });
  });

  it.each<[GiveCause]>([["asked"], ["unmanaged"]])(
    "gets what the operator allows and is charged for it, let go while nobody knows what it has: %s",
    (because) => {
      const before = { guest: guest(), host: hostOf(accountIn("b", 100)) };
      const { host, effects } = giveAll(before, "a", because, envOf({ host: hostEnv(4096, { maxMb: 700 }) }), 0);
      const bytes = 700 * BYTES_PER_MIB;
      expect(givenIn(effects)).toMatchObject({ bytes, isAll: true });
      expect(host?.ledger.chargedBytes).toBe(800 * BYTES_PER_MIB);
      const unlimited = giveAll(before, "a", because, envOf({ host: hostEnv(4096) }), 0);
      expect(givenIn(unlimited.effects)).toMatchObject({ bytes: null });
    },
  );

  it.each<[string, GiveCause, number, number]>([
    ["leaves an idle neighbour what that may come to need, silent", "silent", 100, 1024],
    ["leaves it no more than its machine can have", "silent", 100, 1700],
    ["takes all that is free where the operator lets it go", "asked", 100, 1948],
  ])("%s", (_, because, otherMib, mib) => {
    const maximumBytes = (mib === 1700 ? 348 : 2048) * BYTES_PER_MIB;
    const host = hostOf(accountIn("a", 512), accountIn("b", otherMib, { maximumBytes }));
    const { effects } = giveAll({ guest: guest(), host }, "a", because, envOf({ host: hostEnv(2048) }), 0);
    expect((givenIn(effects)?.bytes ?? 0) / BYTES_PER_MIB).toBe(mib);
  });

  it("leaves what the others are charged for as it was", () => {
    const { host } = give("restarting", 3900).reaction;
    expect(host === null ? null : accountOf(host.ledger, "b")).toEqual(accountIn("b", 3900));
  });
});

describe("giving a guest everything", () => {
  const found = { guest: guest(), host: null };

  it("gives all that the machine has where no host is shared, and owes it until that is done", () => {
    const { effects, guest: after } = giveAll(found, "a", "asked", envOf(), 700);
    expect(effects).toEqual([
      { kind: "give_all", bytes: null, ofBytes: null, isAll: true, because: "asked", isNews: true, silentMs: 700 },
    ]);
    expect(after).toEqual(guest());
  });

  it("is no news twice", () => {
    const told = guest({ freshness: { ...guest().freshness, isReported: true } });
    expect(givenIn(giveAll({ guest: told, host: null }, "a", "silent", envOf(), 0).effects)?.isNews).toBe(false);
  });

  it("moves nothing in a dry run, and gives a paused guest its memory all the same", () => {
    const dry = giveAll(found, "a", "asked", envOf({ isDryRun: true }), 0);
    expect(dry).toEqual({ ...found, effects: [] });
    expect(giveAll(found, "a", "asked", envOf({ isPaused: true }), 0).effects).toHaveLength(1);
  });

  it.each([
    ["is not ours and was never moved", false, false, 0],
    ["is not ours any more and was moved", false, true, 1],
    ["is ours and was never moved", true, false, 1],
  ])("counts so many gifts where the guest %s", (_, isManaged, owes, gifts) => {
    const host = hostOf(accountIn("a", 512));
    const env = envOf({ host: hostEnv(4096, { isManaged }) });
    const before = { guest: guest({ owes }), host };
    const after = giveAll(before, "a", "unmanaged", env, 0);
    expect(after.effects).toHaveLength(gifts);
    if (gifts === 0) expect(after).toMatchObject(before);
  });
});

describe("a guest that nobody can read", () => {
  const open = (nowMs: number, change: Partial<ControllerState["freshness"]> = {}, env: GuestEnv = envOf()) => {
    const freshness = { ...guest().freshness, ...change };
    return failOpen({ guest: guest({ freshness }), host: null }, "a", env, nowMs).effects;
  };

  it("is given everything after three intervals, 15 s at the least", () => {
    expect(open(15_000)).toEqual([]);
    expect(open(15_001)).toMatchObject([{ because: "silent", silentMs: 15_001 }]);
    expect(open(60_000, {}, envOf({}, { selfballoon_interval: 20 }))).toEqual([]);
    expect(open(60_001, {}, envOf({}, { selfballoon_interval: 20 }))).toHaveLength(1);
  });

  it("is given everything at once when its machine restarts", () => {
    expect(open(1, { isRestarting: true })).toMatchObject([{ because: "restarting" }]);
  });

  it.each([
    [true, [{ because: "asked" }]],
    [false, []],
  ])("is given the rest of what it was released for, as long as it lacks some: %s", (owes, gifts) => {
    const host = hostOf(accountIn("a", 512));
    const env = envOf({ isReleased: true, host: hostEnv(1024) }, { selfballooning: 0 });
    expect(failOpen({ guest: guest({ owes }), host }, "a", env, 0).effects).toMatchObject(gifts);
  });

  it.each([
    ["it has it already", { isOpen: true }, envOf()],
    ["the operator paused it", {}, envOf({ isPaused: true })],
    ["the run is dry", {}, envOf({ isDryRun: true })],
    ["the guard is off", {}, envOf({}, { guard: 0 })],
    ["selfballooning is off", {}, envOf({}, { selfballooning: 0 })],
  ])("is left as it is where %s", (_, change, env) => {
    expect(open(100_000, change, env)).toEqual([]);
  });
});
