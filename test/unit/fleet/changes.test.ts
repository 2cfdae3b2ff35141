import { describe, expect, it } from "vitest";
import { ChangeTeller } from "../../../src/fleet/changes.ts";
import { encode, pack } from "../../../src/fleet/wire.ts";
import { hostState, row } from "../../support/fleet.ts";

const namesOf = (rows: readonly (readonly unknown[])[]): unknown[] => rows.map(([guest]) => guest);

describe("what is told of guests as it happens", () => {
  it("is each guest once, and then what has changed notably", () => {
    const teller = new ChangeTeller(0);
    const [web, db] = [row("web"), row("db")];
    expect(namesOf(teller.next([web, db], 1000).rows)).toEqual(["web", "db"]);
    expect(teller.next([web, db], 2000)).toEqual({ rows: [], gone: [] });
    expect(teller.next([{ ...web, currentMb: 503 }, db], 3000).rows).toEqual([]);
    expect(namesOf(teller.next([{ ...web, currentMb: 520 }, db], 4000).rows)).toEqual(["web"]);
  });

  it("names guests that have disappeared, once", () => {
    const teller = new ChangeTeller(0);
    teller.next([row("web"), row("db")], 1000);
    expect(teller.next([row("db")], 2000).gone).toEqual(["web"]);
    expect(teller.next([row("db")], 3000).gone).toEqual([]);
  });

  it("begins with guests that became short, where not all may be told", () => {
    const teller = new ChangeTeller(0);
    const rows = Array.from({ length: 100 }, (_, nth) => row(`guest-${nth}`));
    teller.toldAll(rows);
    const moved = rows.map((one, nth) => ({
      ...one,
      currentMb: 100,
      ...(nth === 99 ? { standing: "short" as const } : {}),
    }));
    const { rows: told } = teller.next(moved, 100);
    expect(told.length).toBeLessThan(10);
    expect(namesOf(told)[0]).toBe("guest-99");
  });

  it("takes less than 2 KiB a second with all else, though 100 guests move all the time", () => {
    const teller = new ChangeTeller(0);
    let bytes = 0;
    for (let ms = 500; ms <= 600_000; ms += 500) {
      const rows = Array.from({ length: 100 }, (_, nth) =>
        row(`customer-${nth}`, { currentMb: 1000 + (ms % 7) * 100 }),
      );
      const { rows: changed } = teller.next(rows, ms);
      if (changed.length > 0)
        bytes += encode<"changes">({ host: "h1", at: 1.8e12, rows: [...changed], gone: [] }).length;
      if (ms % 5000 === 0) bytes += encode<"state">(hostState("h1", { worst: rows.slice(0, 3).map(pack) })).length;
      if (ms % 10_000 === 0) bytes += encode<"guests">({ host: "h1", at: 1.8e12, rows: rows.map(pack) }).length;
    }
    expect(bytes / 600).toBeLessThan(2048);
    expect(bytes / 600).toBeGreaterThan(1024);
  });
});
