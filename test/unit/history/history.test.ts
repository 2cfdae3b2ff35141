import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/journal-record.ts";
import { parseRecordingLine } from "../../../src/formats/recording.ts";
import { History } from "../../../src/history/history.ts";
import { stepRecord } from "../../support/guest-records.ts";
import { temporaryFolder } from "../../support/trees.ts";

const NOON_MS = Date.parse("2026-01-31T12:00:00Z");
const MIB = 1_048_576;
const ALL = { guest: "a", fromMs: null, toMs: Number.MAX_SAFE_INTEGER, points: 2000 };

/** A step `atS` after noon; each differs from the one before, so that none is left out. */
const record = (atS: number, guest = "a"): StepRecord => ({
  ...stepRecord(guest, { t: atS, totalramPages: atS % 2 === 0 ? 250_000 : 200_000 }),
  seq: 1,
  atMs: NOON_MS + atS * 1000,
});

interface Rig {
  readonly directory: string;
  readonly problems: string[];
  readonly open: (maxBytes?: number) => Promise<History>;
  readonly files: () => readonly string[];
  readonly text: () => string;
}

function rig(directory = join(temporaryFolder(), "history")): Rig {
  const problems: string[] = [];
  const files = (): readonly string[] => readdirSync(directory).sort();
  return {
    directory,
    problems,
    open: (maxBytes = MIB) =>
      History.open({
        directory,
        maxBytes,
        nowMs: () => performance.now(),
        onProblem: ({ message }) => void problems.push(message),
      }),
    files,
    text: () =>
      files()
        .map((name) => readFileSync(join(directory, name), "utf8"))
        .join(""),
  };
}

async function keep(history: History, fromS: number, toS: number, everyS = 5): Promise<void> {
  for (let atS = fromS; atS < toS; atS += everyS) {
    history.add(record(atS));
    if (atS % 500 === 0) await history.flush();
  }
  await history.flush();
}

const times = async (history: History, query = {}): Promise<readonly number[]> =>
  (await history.read({ ...ALL, ...query })).points.map(({ atMs }) => (atMs - NOON_MS) / 1000);

describe("history", () => {
  it("is a recording in a file that is named by its time", async () => {
    const { open, files, text, problems, directory } = rig();
    const history = await open();
    await keep(history, 0, 20);
    await history.close();
    expect(files()).toEqual(["20260131T120000.000Z.jsonl"]);
    expect(statSync(directory).mode & 0o777).toBe(0o750);
    expect(text().endsWith("\n")).toBe(true);
    expect(
      text()
        .trim()
        .split("\n")
        .map((line) => parseRecordingLine(line, 1).kind),
    ).toEqual(Array(4).fill("observation"));
    expect(problems).toEqual([]);
  });

  it("is read back as it was, by guest and time", async () => {
    const { open } = rig();
    const history = await open();
    history.add(record(0, "b"));
    await keep(history, 5, 40);
    expect(await times(history)).toEqual([5, 10, 15, 20, 25, 30, 35]);
    expect(await times(history, { fromMs: NOON_MS + 10_000, toMs: NOON_MS + 20_000 })).toEqual([10, 15, 20]);
    expect(await times(history, { guest: "b" })).toEqual([0]);
    expect(await times(history, { guest: "nobody" })).toEqual([]);
    const { points, ...about } = await history.read(ALL);
    expect(about).toEqual({ guest: "a", keptFromMs: NOON_MS, complete: true });
    expect(points.slice(0, 2)).toMatchObject([
      { gap: true, figures: { currentBytes: 200_000 * 4096 }, reason: "lower" },
      { gap: false, figures: { currentBytes: 250_000 * 4096 } },
    ]);
    await history.close();
  });

  it("gives no more points than were asked for", async () => {
    const { open } = rig();
    const history = await open();
    await keep(history, 0, 3000);
    expect((await times(history, { points: 50 })).length).toBeLessThanOrEqual(50);
    expect((await times(history, { points: 50 })).length).toBeGreaterThan(25);
    await history.close();
  });

  it("never takes more than it may: the oldest files go, each of the others is whole and stands for itself", async () => {
    const { open, files, directory, problems } = rig();
    const history = await open();
    let max = 0;
    for (let hour = 0; hour < 8; hour += 1) {
      await keep(history, hour * 3600, (hour + 1) * 3600);
      max = Math.max(
        max,
        files().reduce((sum, name) => sum + statSync(join(directory, name)).size, 0),
      );
    }
    await history.close();
    expect(max).toBeLessThanOrEqual(MIB);
    expect(max).toBeGreaterThan(0.7 * MIB);
    expect(files().length).toBeGreaterThan(4);
    expect(files()[0]).not.toContain("T120000");
    for (const name of files())
      for (const line of readFileSync(join(directory, name), "utf8").trim().split("\n")) parseRecordingLine(line, 1);
    expect(problems).toEqual([]);
  });

  it("is gone on with by the next daemon, without what a crash tore, and leaves other files alone", async () => {
    const { open, files, text, directory } = rig();
    const first = await open();
    await keep(first, 0, 10);
    await first.close();
    const [name = ""] = files();
    writeFileSync(join(directory, "notes.txt"), "mine");
    appendFileSync(join(directory, name), '{"t":10,"guest":"a","pageBy');
    const second = await open();
    await keep(second, 60, 70);
    expect(await times(second)).toEqual([0, 5, 60, 65]);
    expect((await second.read(ALL)).points.map(({ gap }) => gap)).toEqual([true, false, true, false]);
    await second.close();
    expect(files()).toEqual([name, "notes.txt"]);
    expect(text()).not.toContain("pageBy\n");
    expect(text()).toContain('{"reset":["selfballooning",');
  });

  it("begins another file where the last one has no end of a line at all", async () => {
    const { open, files, directory } = rig();
    mkdirSync(directory);
    writeFileSync(join(directory, "20260131T110000.000Z.jsonl"), "x".repeat(100_000));
    const history = await open();
    await keep(history, 0, 10);
    expect(await times(history)).toEqual([0, 5]);
    expect(files()).toHaveLength(2);
    await history.close();
  });

  it("names rise though the wall clock is put back", async () => {
    const { open, files } = rig();
    const history = await open();
    await keep(history, 3600, 5000);
    await keep(history, 0, 1400);
    await history.close();
    expect(files().length).toBeGreaterThan(1);
    expect(files()[0]).toContain("T130000");
  });

  it("passes over lines that are no steps, and lines without end", async () => {
    const { open, files, directory } = rig();
    const history = await open();
    await keep(history, 0, 10);
    const path = join(directory, files()[0] ?? "");
    appendFileSync(path, `nonsense "guest":"a",\n${"y".repeat(200_000)}\n{"guest":"a","t":1}\n`);
    await keep(history, 10, 20);
    expect(await times(history)).toEqual([0, 5, 10, 15]);
    await history.close();
  });

  it("tells a full disk once, and drops the oldest file", async () => {
    const { open, directory, problems, files } = rig();
    mkdirSync(directory);
    const old = join(directory, "20260131T100000.000Z.jsonl");
    writeFileSync(old, "{}\n");
    const full = join(directory, "20260131T120000.000Z.jsonl");
    symlinkSync("/dev/full", full);
    const history = await open(MIB);
    for (let atS = 0; atS < 60; atS += 5) {
      history.add(record(atS));
      await history.flush();
    }
    expect(problems).toEqual([
      `history must be kept in ${directory}, but the disk is full, so the oldest file was dropped; guests are managed all the same`,
    ]);
    expect(existsSync(old)).toBe(false);
    expect(files()).toEqual(["20260131T120000.000Z.jsonl"]);
    await history.close();
  });

  it("does without a folder that can't be made, and says so once", async () => {
    const { open, problems, directory } = rig(join(temporaryFolder(), "absent", "history"));
    const history = await open();
    await keep(history, 0, 1000);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/ENOENT: no such file or directory, mkdir .*; guests are managed all the same$/);
    expect(await history.read(ALL)).toEqual({ guest: "a", keptFromMs: null, complete: true, points: [] });
    expect(existsSync(directory)).toBe(false);
    await history.close();
  });

  it("holds a bounded amount while the disk does not answer", async () => {
    const { open, problems, text } = rig();
    const history = await open(64 * MIB);
    // Nothing is awaited, so that nothing is written meanwhile.
    for (let atS = 0; atS < 5 * 4000; atS += 5) history.add(record(atS));
    await history.close();
    expect(problems).toEqual([expect.stringContaining("the disk is too slow, so lines were left out")]);
    expect(text().length).toBeLessThanOrEqual(MIB);
    expect(text().length).toBeGreaterThan(0.9 * MIB);
  });

  it("serves few readers at a time", async () => {
    const { open } = rig();
    const history = await open();
    await keep(history, 0, 100);
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => history.read(ALL)));
    const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
    expect(refused).toHaveLength(2);
    expect(refused[0]).toMatchObject({ code: "ERR_TOO_MANY" });
    await history.close();
  });
});
