import { describe, expect, it } from "vitest";
import type { Problem } from "../../../src/core/errors.ts";
import { FaultLog } from "../../../src/daemon/fault-log.ts";
import { Journal } from "../../../src/daemon/journal.ts";

const problem = (message: string): Problem => ({ code: "ERR_DEADLINE", details: { what: message }, message });

function rig() {
  const journal = new Journal(100, () => 0);
  const log = new FaultLog("a", journal);
  const told = () =>
    journal.after(0).map((record) => (record.kind === "fault" ? [record.problem, record.isRepeated] : record.kind));
  return { journal, log, told };
}

describe("the faults of a guest", () => {
  it("are told with all that is known of them", () => {
    const { journal, log } = rig();
    log.tell(problem("silent"), { turn: 7, nowMs: 50 });
    const place = { guest: "a", turn: 7, nowMs: 50, isRepeated: false };
    expect(journal.after(0)).toMatchObject([
      { kind: "fault", ...place, ...{ code: "ERR_DEADLINE", problem: "silent" } },
    ]);
    expect(journal.after(0)).toMatchObject([{ details: { what: "silent" } }]);
    expect(log.problem).toEqual(problem("silent"));
  });

  it("are told once, though others come between, until the guest is well again", () => {
    const { log, told } = rig();
    for (const message of ["silent", "silent", "broken", "silent"]) log.tell(problem(message), null);
    expect(told()).toEqual([
      ["silent", false],
      ["broken", false],
    ]);
    expect(log.problem?.message).toBe("silent");
    log.clear();
    expect(log.problem).toBeNull();
    log.tell(problem("silent"), null);
    expect(told().slice(2)).toEqual([["silent", false]]);
  });

  it("are recorded again, as repeated, where they changed what is remembered", () => {
    const { log, told, journal } = rig();
    log.tell(problem("silent"), null);
    log.tell(problem("silent"), { turn: 3, nowMs: 9 });
    expect(told()).toEqual([
      ["silent", false],
      ["silent", true],
    ]);
    expect(journal.after(1)).toMatchObject([{ turn: 3, nowMs: 9 }]);
  });

  it("are bounded: a guest that says something else each time is told of eight times", () => {
    const { log, told } = rig();
    for (let nth = 0; nth < 50; nth += 1) log.tell(problem(`problem ${nth}`), null);
    expect(told()).toHaveLength(8);
    expect(log.problem?.message).toBe("problem 49");
  });

  it("are told of all connections together, each for as long as it lasts, and of one once whatever it says", () => {
    const { log, told } = rig();
    const of = (uri: string, message: string): Problem => ({ code: "ERR_CONNECTION", details: { uri }, message });
    const many = Array.from({ length: 8 }, (_, nth) => of(`found-${nth}`, `${nth} is gone`));
    log.tellAll(many);
    log.tellAll([of("named", "it is gone"), ...many]);
    log.tellAll([of("named", "it is gone, and how"), ...many]);
    expect(told().slice(8)).toEqual([["it is gone", false]]);
    log.tellAll(many.slice(0, 7));
    log.tellAll([of("named", "it is gone again"), ...many.slice(0, 7)]);
    expect(told().slice(9)).toEqual([["it is gone again", false]]);
    expect(log.problem?.message).toBe("6 is gone");
    log.tellAll([]);
    expect(log.problem).toBeNull();
  });
});
