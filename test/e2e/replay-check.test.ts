import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { Ended } from "../support/command.ts";
import { Home } from "../support/home.ts";
import { REPEATED } from "../support/patience.ts";
import { temporaryFolder } from "../support/trees.ts";
import { until } from "../support/until.ts";

const GUESTS = 60;
const DECISIONS = 2000;
/** Decisions between two looks at the recording's length: so many always come before `until` gives up. */
const SOME = 100;
/** Sixty guests decide once a second each, and the machine may be busy. */
const TIMEOUT_MS = 240_000;

const configOf = (memoryMb: number): string => `
[tunables]
selfballooning = 1
selfballoon_interval = 1
guard = 1
[simulated]
guests = ${GUESTS}
restless = true
[host]
memory_mb = ${memoryMb}
[guests."web*"]
max_mb = 1500
weight = 3
[guests."build"]
selfballoon_downhysteresis = 4
[guests."*"]
`;

/** What the tests read of a line. */
interface Line {
  readonly guest?: string;
  readonly event?: { readonly kind: string };
  readonly step?: { readonly targetPages: number | null };
  readonly exact?: { readonly turn: number; readonly env?: { readonly isPaused?: boolean } };
}

const parse = (line = "{}"): Line => JSON.parse(line) as Line;

describe("replay --check", () => {
  /** The recording of a restless minute, kept for the tests that spoil it. */
  let recorded: readonly string[] = [];

  it("makes every decision of a restless host again, over writes, pauses, reloads and the end", {
    timeout: TIMEOUT_MS,
    ...REPEATED,
  }, async () => {
    const home = new Home();
    const config = join(home.folder, "c.toml");
    const file = join(home.folder, "recording");
    writeFileSync(config, configOf(60_000));
    writeFileSync(file, "");
    const daemon = await home.daemon("--backend", "simulated", "--config", config);
    const record = home.start("record", file);
    const decisions = (): number => readFileSync(file, "utf8").split('"exact"').length - 1;
    const recordUntil = async (count: number): Promise<void> => {
      for (let next = decisions() + SOME; decisions() < count; next += SOME) {
        await until(`${Math.min(next, count)} decisions in the recording`, async () => {
          if (record.hasEnded) throw new Error(`the recording ended: ${record.stderr}`);
          await sleep(250);
          return decisions() >= Math.min(next, count) ? true : null;
        });
      }
    };
    const pause = (paused: boolean) => home.ask("PATCH", "/v1/guests/database", JSON.stringify({ paused }));

    await recordUntil(300);
    await home.succeed("set", "frontswap_inertia=5");
    await recordUntil(500);
    expect(await pause(true)).toMatchObject({ status: 200, body: { paused: true } });
    await home.succeed("set", "--guest", "java", "weight=5", "max_mb=1500", "frontswap_inertia=9");
    await recordUntil(900);
    await home.succeed("reset", "--guest", "java");
    expect(await pause(false)).toMatchObject({ status: 200, body: { paused: false } });
    await home.succeed("set", "guard_headroom_mb=100");
    await recordUntil(1200);
    writeFileSync(config, configOf(45_000));
    daemon.kill("SIGHUP");
    await recordUntil(DECISIONS);
    await home.succeed("release");
    daemon.kill("SIGTERM");
    expect((await daemon.ended()).exitCode).toBe(0);
    expect(await record.ended()).toMatchObject({ exitCode: 0 });

    recorded = readFileSync(file, "utf8").trimEnd().split("\n");
    const lines = recorded.map(parse);
    const kinds = new Set(lines.map(({ event }) => event?.kind));
    for (const kind of ["guest", "tunables", "settings", "pause", "rules", "rise", "give"])
      expect(kinds).toContain(kind);
    expect(lines.filter(({ exact }) => exact?.env?.isPaused === true)).not.toEqual([]);
    const { exitCode, stdout, stderr } = await home.do("replay", "--check", file);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const checked = Number(/^(\d+) decisions checked/.exec(stdout)?.[1]);
    expect(checked).toBeGreaterThanOrEqual(DECISIONS);
  });

  describe("of a recording that was spoilt", () => {
    beforeAll(() => {
      if (recorded.length === 0) throw new Error("there is no recording: the test before this one makes it");
    });

    const check = async (lines: readonly string[]): Promise<Ended> => {
      const file = join(temporaryFolder(), "spoilt");
      writeFileSync(file, `${lines.join("\n")}\n`);
      return new Home().do("replay", "--check", file);
    };
    /** A line that sets a target, with most of the recording after it. */
    const nthTarget = (): number =>
      recorded.findIndex(
        (line, nth) => nth > recorded.length / 10 && typeof parse(line).step?.targetPages === "number",
      );

    it("names the line, the guest, the field and both values of a target that differs by one page", async () => {
      const nth = nthTarget();
      const line = parse(recorded[nth]);
      const isPages = line.step?.targetPages ?? 0;
      const spoilt = { ...line, step: { ...line.step, targetPages: isPages + 1 } };
      const { exitCode, stdout, stderr } = await check(recorded.with(nth, JSON.stringify(spoilt)));
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toContain("ERR_REPLAY_DIFFERS");
      expect(stderr).toContain(`line ${nth + 1}, ${line.guest},`);
      expect(stderr).toContain(`but targetPages was ${isPages + 1} and is ${isPages};`);
    });

    it("refuses it where a line with a turn is missing, and says which", async () => {
      const nth = nthTarget();
      const turn = parse(recorded[nth]).exact?.turn ?? 0;
      const { exitCode, stdout, stderr } = await check(recorded.toSpliced(nth, 1));
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toContain("ERR_RECORDING_INEXACT");
      expect(stderr).toContain(`it is turn ${turn + 1} after turn ${turn - 1}`);
    });

    it("refuses it without its first line, which says what was remembered", async () => {
      const { exitCode, stdout, stderr } = await check(recorded.slice(1));
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toMatch(/line 1 must follow .*ERR_RECORDING_INEXACT/);
    });
  });
});
