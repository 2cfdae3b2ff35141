import { describe, expect, it } from "vitest";
import { findGuests } from "../../../src/fleet/find-guests.ts";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import { encode, pack } from "../../../src/fleet/wire.ts";
import { STANDINGS } from "../../../src/view/standing.ts";
import { row } from "../../support/fleet.ts";

function viewOfTwo(): FleetView {
  const view = new FleetView(() => 0);
  const keep = (host: string, ...rows: readonly ReturnType<typeof row>[]): void =>
    view.takeKey(host, "guests", encode<"guests">({ host, at: 0, rows: rows.map(pack) }), 0);
  keep("h1", row("web"), row("db", { standing: "held", reason: "host_full", currentMb: 500, goalMb: 700 }));
  keep(
    "h2",
    row("web", { standing: "short", reason: "emergency", currentMb: 500, goalMb: 900 }),
    row("cache", { standing: "unreadable", problem: "ERR_DEADLINE" }),
  );
  return view;
}

const namesOf = (search: Partial<Parameters<typeof findGuests>[1]>) => {
  const { guests, found } = findGuests(viewOfTwo(), { standings: STANDINGS, words: [], limit: 10, ...search });
  return { names: guests.map(({ host, guest, missingMb }) => `${host} ${guest} ${missingMb}`), found };
};

describe("guests of a fleet that are looked for", () => {
  it("are found over all hosts, the worst off first", () => {
    expect(namesOf({})).toEqual({ names: ["h2 web 400", "h2 cache 0", "h1 db 200", "h1 web 0"], found: 4 });
  });

  it("are found by how they stand", () => {
    expect(namesOf({ standings: ["held", "short"] })).toEqual({ names: ["h2 web 400", "h1 db 200"], found: 2 });
  });

  it("are found by their name, their host's, and what is wrong with them", () => {
    expect(namesOf({ words: ["web", "H1"] }).names).toEqual(["h1 web 0"]);
    expect(namesOf({ words: ["deadline"] }).names).toEqual(["h2 cache 0"]);
    expect(namesOf({ words: ["nobody"] })).toEqual({ names: [], found: 0 });
  });

  it("are at most as many as asked for, and it is said how many there are", () => {
    expect(namesOf({ limit: 1 })).toEqual({ names: ["h2 web 400"], found: 4 });
  });
});
