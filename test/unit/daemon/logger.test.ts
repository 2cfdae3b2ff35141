import { describe, expect, it, onTestFinished, vi } from "vitest";
import { HELD } from "../../../src/core/controls/hands.ts";
import { GIVE_CAUSES } from "../../../src/core/guest/events.ts";
import type { JournalRecord, StepRecord } from "../../../src/core/journal-record.ts";
import type { NoticeCode } from "../../../src/core/notices.ts";
import type { Observation } from "../../../src/core/observation.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { createLogger, type Logger, localIso, logRecords } from "../../../src/daemon/logger.ts";
import { faultRecord, stepRecord } from "../../support/guest-records.ts";

interface Line {
  readonly level: keyof Logger;
  readonly message: string;
  readonly missing: unknown;
}

/** The lines that are logged for steps without these readings, one step after the other. */
function linesFor(...steps: readonly (readonly (keyof Observation)[])[]): readonly Line[] {
  const lines: Line[] = [];
  const log =
    (level: keyof Logger): Logger["info"] =>
    (message, fields) =>
      lines.push({ level, message, missing: fields?.["missing"] });
  const logger = { info: log("info"), warn: log("warn"), error: log("error") };
  const take = logRecords(logger, { isVerbose: false, isDryRun: false });
  for (const missing of steps) {
    const { decision, observation, ...record } = stepRecord("web");
    const readings = { ...observation, ...Object.fromEntries(missing.map((name) => [name, null])) };
    const reason = missing.length === 0 ? decision.reason : ("missing" as const);
    take({ ...record, seq: 1, atMs: 0, applied: false, observation: readings, decision: { ...decision, reason } });
  }
  return lines;
}

describe("the log of steps", () => {
  it("warns of missing readings by name, once for as long as the same ones are missing", () => {
    const lines = linesFor(["committedPages"], ["committedPages"], ["committedPages", "maxPfn"], [], []);
    expect(lines.map(({ level, missing }) => [level, missing])).toEqual([
      ["warn", ["committedPages"]],
      ["warn", ["committedPages", "maxPfn"]],
      ["info", undefined],
    ]);
    expect(lines[0]?.message).toMatch(/^A reading that the law needs was not there/);
  });
});

describe("the log of faults", () => {
  it("says of one that comes each second how often it came, once a minute", () => {
    const warn = vi.fn();
    const take = logRecords({ info: warn, warn, error: warn }, { isVerbose: false, isDryRun: false });
    for (let seq = 0; seq < 100; seq += 1) take({ ...faultRecord("web", "it floods"), seq, atMs: seq * 1000 });
    const { code } = faultRecord("web", "it floods");
    expect(warn.mock.calls).toEqual([
      ["it floods", { guest: "web", code }],
      ["it floods", { guest: "web", code, leftOutBefore: 59 }],
    ]);
  });
});

describe("the log of a guest that is out of our hands", () => {
  const logged = (...records: readonly JournalRecord[]): readonly string[] => {
    const lines: string[] = [];
    const log = (message: string): void => void lines.push(message);
    const take = logRecords({ info: log, warn: log, error: log }, { isVerbose: false, isDryRun: false });
    for (const record of records) take(record);
    return lines;
  };
  const numbered = { seq: 1, atMs: 0, turn: 1, nowMs: 0, guest: "web" };

  it("never tells what was decided of a paused guest as done, and tells once that it keeps what it has", () => {
    const step = { ...stepRecord("web"), ...numbered, applied: false, isPaused: true };
    const emergency = { ...step, decision: { ...step.decision, reason: "emergency" } } as const;
    expect(logged({ ...numbered, kind: "pause", paused: true, released: false }, step, emergency, step)).toEqual([
      `The guest was paused. ${HELD.paused}`,
      HELD.paused,
    ]);
  });

  it("says how much a guest got that did not get all, once, and nothing of what was not done", () => {
    const give = { ...numbered, kind: "give", because: "asked", terms: null, isAll: false, isDone: true } as const;
    const partial = { ...give, bytes: 512 * BYTES_PER_MIB, ofBytes: 2048 * BYTES_PER_MIB };
    expect(logged({ ...partial, isDone: false }, partial, partial)).toEqual([
      `The guest got 512 of 2048 MiB; the host has no more for it now. ${GIVE_CAUSES.asked}`,
    ]);
  });
});

describe("the level of a line", () => {
  const levelOf = (record: JournalRecord): string => {
    const lines: string[] = [];
    const log = (level: string) => (): void => void lines.push(level);
    logRecords(
      { info: log("info"), warn: log("warn"), error: log("error") },
      { isVerbose: false, isDryRun: false },
    )(record);
    return lines.join();
  };
  const noticed = (code: NoticeCode): JournalRecord => ({
    ...{ kind: "notice", seq: 1, atMs: 0, guest: "web" },
    notice: { code, details: {} },
  });

  it("follows how grave it is", () => {
    const step = stepRecord("web");
    const emergency = { ...step.decision, reason: "emergency" } as const;
    expect(levelOf({ ...step, seq: 1, atMs: 0 })).toBe("info");
    expect(levelOf({ ...step, seq: 1, atMs: 0, decision: emergency })).toBe("warn");
    expect(levelOf(noticed("agent_back"))).toBe("info");
    expect(levelOf(noticed("agent_lost"))).toBe("warn");
    expect(levelOf(noticed("host_emergency"))).toBe("error");
  });
});

/** What a logger writes. */
function written(json: boolean, log: (logger: Logger) => void, isQuiet = false): string {
  let text = "";
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  onTestFinished(() => spy.mockRestore());
  log(createLogger({ json, isQuiet }));
  spy.mockRestore();
  return text;
}

describe("what is logged of a step", () => {
  const step = (changes: Partial<StepRecord>): StepRecord => ({ ...stepRecord("web"), seq: 1, atMs: 0, ...changes });
  const logged = (choice: { isVerbose: boolean; isDryRun: boolean }, ...steps: readonly StepRecord[]): string =>
    written(false, (logger) => steps.forEach(logRecords(logger, choice)));

  it("is each move where all is wanted, and news otherwise", () => {
    const steps = [step({}), step({ seq: 2, atMs: 1000 }), step({ seq: 3, atMs: 2000, applied: false })];
    expect(logged({ isVerbose: true, isDryRun: false }, ...steps).match(/guest=web/g)).toHaveLength(2);
    expect(logged({ isVerbose: false, isDryRun: false }, ...steps).match(/guest=web/g)).toHaveLength(1);
  });

  it("is that it was not done, and why", () => {
    expect(logged({ isVerbose: false, isDryRun: true }, step({ applied: false }))).toContain("Not done: this is a dry");
    expect(logged({ isVerbose: false, isDryRun: false }, step({}))).not.toContain("Not done");
  });

  it("is what was wanted where the host is full", () => {
    const { decision, wantedPages } = stepRecord("web");
    const full = step({ decision: { ...decision, reason: "host_full" }, wantedPages: (wantedPages ?? 0) + 256 });
    expect(logged({ isVerbose: false, isDryRun: false }, full)).toMatch(/ wantedMib=\d+ goalMib=/);
  });
});

describe("a line of the log", () => {
  it("is left out of a quiet log unless it warns", () => {
    const text = written(false, (logger) => [logger.info("calm"), logger.warn("loud"), logger.error("bad")], true);
    expect(text.match(/(calm|loud|bad)/g)).toEqual(["loud", "bad"]);
  });

  const EVIL = "web\n2026 info  all is well \u001b[2J\u202e guest=other";

  it("is one line, in which a name can neither do anything nor look like another fact", () => {
    const text = written(false, (logger) => logger.warn(EVIL, { guest: EVIL, code: "ERR_FORMAT" }));
    expect(text.match(/\n/g)).toHaveLength(1);
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(text).toMatch(/ guest="web\\\\n2026 [^"]* guest=other" code=ERR_FORMAT\n$/);
  });

  it("leaves out what is not known and lists of nothing, which JSON has", () => {
    const fields = { guest: "web", mib: null, clamps: [], missing: ["maxPfn", "psi"], targetMib: 0 };
    const text = written(false, (logger) => logger.info("m", fields));
    expect(text).toMatch(/ m guest=web missing=maxPfn,psi targetMib=0\n$/);
    expect(JSON.parse(written(true, (logger) => logger.info("m", fields)))).toMatchObject(fields);
  });

  it("is bounded, however long a name or a sentence is", () => {
    const long = "x".repeat(1_000_000);
    expect(written(false, (logger) => logger.warn(long, { guest: long })).length).toBeLessThan(4096);
  });

  it("has the name as it is in JSON", () => {
    expect(JSON.parse(written(true, (logger) => logger.warn("m", { guest: EVIL })))).toMatchObject({ guest: EVIL });
  });
});

describe("the time of a log line", () => {
  it("is the reader's own, with how far it is from UTC", () => {
    const at = new Date("2026-11-30T22:15:00.250Z");
    const ahead = (minutes: number) => localIso(Object.assign(new Date(at), { getTimezoneOffset: () => -minutes }));
    expect(ahead(0)).toBe("2026-11-30T22:15:00.250+00:00");
    expect(ahead(330)).toBe("2026-12-01T03:45:00.250+05:30");
    expect(ahead(-150)).toBe("2026-11-30T19:45:00.250-02:30");
    expect(new Date(ahead(330))).toEqual(at);
  });
});
