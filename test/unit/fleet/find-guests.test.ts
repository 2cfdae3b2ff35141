import { describe, expect, it } from "vitest";
import { findGuests } from "../../../src/fleet/find-guests.ts";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import { encode, pack } from "../../../src/fleet/wire.ts";
import { row } from "../../support/fleet.ts";

function viewOfTwo(): FleetView {
  const view = new FleetView(() => 0);
  const keep = (host: string, ...rows: readonly ReturnType<typeof row>[]): void =>
    view.takeKey(host, "guests", encode<"guests">({ host, at: 0, rows: rows.map(pack) }), 0);
  keep("h1", row("web"), row("db", { reason: "host_full", currentMb: 500, goalMb: 700 }));
  keep(
    "h2",
    row("web", { reason: "at_share", currentMb: 500, goalMb: 900 }),
    row("cache", { problem: "ERR_DEADLINE" }),
  );
  return view;
}

const namesOf = (search: Partial<Parameters<typeof findGuests>[1]>) => {
  const { guests, found } = findGuests(viewOfTwo(), { isShort: false, words: [], limit: 10, ...search });
  return { names: guests.map(({ host, guest, lacksMb }) => `${host} ${guest} ${lacksMb}`), found };
};

describe("guests of a fleet that are looked for", () => {
  it("are found over all hosts, the neediest first", () => {
    expect(namesOf({ isShort: true })).toEqual({ names: ["h2 web 400", "h1 db 200"], found: 2 });
  });

  it("are found by their name, their host's, and what is wrong with them", () => {
    expect(namesOf({ words: ["web", "H1"] }).names).toEqual(["h1 web null"]);
    expect(namesOf({ words: ["deadline"] }).names).toEqual(["h2 cache null"]);
    expect(namesOf({ words: ["nobody"] })).toEqual({ names: [], found: 0 });
  });

  it("are at most as many as asked for, and it is said how many there are", () => {
    expect(namesOf({ limit: 1 })).toEqual({ names: ["h2 web 400"], found: 4 });
  });
});
