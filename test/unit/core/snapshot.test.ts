import { describe, expect, it } from "vitest";
import { allAccounts } from "../../../src/core/host/ledger.ts";
import { hostSnapshot, hostStateOf } from "../../../src/core/snapshot.ts";
import { accountIn, hostEnv, hostOf } from "../../support/guest-env.ts";

const { budget } = hostEnv(4096);
const accounts = [accountIn("a", 512, { isFixed: true }), accountIn("b", 1000, { goalBytes: 0, floorBytes: 7 })];
const shortage = {
  shortUntilMs: 5,
  waiting: "b",
  waitingUntilMs: 6,
  waitingFor: "lack" as const,
  askedForLackMs: 3,
  entitled: { atMs: 4, bytes: new Map([["a", 9]]) },
};

describe("the snapshot of a host", () => {
  it.each([
    ["short of memory", { ...hostOf(...accounts), shortage, steppedSoonMs: 3 }],
    ["with enough", hostOf(...accounts)],
    ["without guests", hostOf()],
  ])("brings a host that is %s back as it was, through JSON", (_, state) => {
    const snapshot = hostSnapshot(state, budget);
    expect(snapshot.budget).toEqual(budget);
    expect(hostStateOf(JSON.parse(JSON.stringify(snapshot)))).toEqual(state);
  });

  it("has every account, in order", () => {
    const many = Array.from({ length: 70 }, (_, nth) => accountIn(`g${nth}`, nth + 1));
    const { accounts: kept } = hostSnapshot(hostOf(...many), budget);
    expect(kept).toEqual(many);
    expect(allAccounts(hostStateOf(hostSnapshot(hostOf(...many), budget)).ledger)).toEqual(many);
  });
});
