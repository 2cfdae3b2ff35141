import { describe, expect, it } from "vitest";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import { encode, pack } from "../../../src/fleet/wire.ts";
import { hostState, row } from "../../support/fleet.ts";

const HOUR_MS = 3_600_000;
/** The server's clock at the start; nobody else's has to do with it. */
const SERVER_MS = 1_700_000_000_000;

function viewAt(time: { nowMs: number }): FleetView {
  const view = new FleetView(() => time.nowMs);
  view.noteTime(SERVER_MS);
  return view;
}

const state = (host: string, change = {}): Uint8Array => encode<"state">(hostState(host, change));

describe("a fleet as it is seen", () => {
  it("has a host that renews its state as live, and one that does not as stale, with how long ago that was", () => {
    const time = { nowMs: 0 };
    const view = viewAt(time);
    view.takeKey("h1", "state", state("h1"), SERVER_MS);
    view.takeKey("h2", "state", state("h2"), SERVER_MS);
    time.nowMs = 15_000;
    view.takeKey("h2", "state", state("h2"), SERVER_MS + 15_000);
    time.nowMs = 21_000;
    expect(view.list().map(({ host, isStale, ageMs }) => [host, isStale, ageMs])).toEqual([
      ["h1", true, 21_000],
      ["h2", false, 6000],
    ]);
  });

  it("judges age by the server's clock alone: hosts an hour ahead or behind are as live as others", () => {
    const view = viewAt({ nowMs: 0 });
    view.takeKey("ahead", "state", state("ahead", { at: SERVER_MS + HOUR_MS }), SERVER_MS);
    view.takeKey("behind", "state", state("behind", { at: SERVER_MS - HOUR_MS }), SERVER_MS);
    expect(view.list().map(({ isStale }) => isStale)).toEqual([false, false]);
  });

  it("has a host that died before we looked as stale at once, also where all have", () => {
    const view = viewAt({ nowMs: 0 });
    view.takeKey("h1", "state", state("h1"), SERVER_MS - HOUR_MS);
    expect(view.host("h1")).toMatchObject({ isStale: true, ageMs: HOUR_MS });
  });

  it("replaces guests by a table, and changes single ones between tables", () => {
    const view = viewAt({ nowMs: 0 });
    const table = encode<"guests">({ host: "h1", at: 0, rows: [row("a"), row("b")].map(pack) });
    view.takeKey("h1", "guests", table, SERVER_MS);
    view.takeChanges("h1", encode<"changes">({ host: "h1", at: 0, rows: [pack(row("c"))], gone: ["a"] }));
    expect([...view.guests("h1")].map(({ guest }) => guest)).toEqual(["b", "c"]);
    view.takeKey("h1", "guests", table, SERVER_MS);
    expect([...view.guests("h1")].map(({ guest }) => guest)).toEqual(["a", "b"]);
  });

  it("counts the guests that it shows, also between two states of their host", () => {
    const view = viewAt({ nowMs: 0 });
    view.takeKey("h1", "state", state("h1", { guests: 2, short: 0, currentMb: 1000 }), SERVER_MS);
    const table = encode<"guests">({ host: "h1", at: 0, rows: [row("a"), row("b")].map(pack) });
    view.takeKey("h1", "guests", table, SERVER_MS);
    const short = row("a", { standing: "short", currentMb: 700 });
    view.takeChanges("h1", encode<"changes">({ host: "h1", at: 0, rows: [pack(short)], gone: [] }));
    expect(view.host("h1")?.state).toMatchObject({ guests: 2, short: 1, currentMb: 1200 });
    view.takeChanges("h1", encode<"changes">({ host: "h1", at: 0, rows: [], gone: ["a", "b"] }));
    expect(view.host("h1")?.state).toMatchObject({ guests: 0, short: 0, currentMb: 0, budgetMb: 8192 });
  });

  it("keeps what a host said before it lied, and says what was not taken", () => {
    const view = viewAt({ nowMs: 0 });
    view.takeKey("h1", "state", state("h1"), SERVER_MS);
    view.takeKey("h1", "state", state("h2", { guests: 99 }), SERVER_MS);
    expect(view.host("h1")).toMatchObject({ state: { guests: 2 }, refused: "state: it speaks for h2" });
    expect(view.host("h2")).toBe(null);
  });

  it("is bounded: the last events, and a number of hosts", () => {
    const view = viewAt({ nowMs: 0 });
    for (let nth = 0; nth < 40; nth += 1) {
      const records = Array.from({ length: 32 }, (_, one) => ({
        seq: nth * 32 + one,
        at: 0,
        kind: "fault",
        guest: null,
        text: "",
      }));
      view.takeRecords("h1", encode<"records">({ host: "h1", at: 0, records }));
    }
    expect(view.events().length).toBe(500);
    expect(view.events()[0]?.seq).toBe(40 * 32 - 1);
    for (let nth = 0; nth < 5000; nth += 1) view.takeKey(`x${nth}`, "state", state(`x${nth}`), SERVER_MS);
    expect({ hosts: view.list().length, ignored: view.ignored }).toEqual({ hosts: 4096, ignored: 905 });
  });
});
