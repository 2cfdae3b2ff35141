import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { lowering } from "../support/lowering.ts";
import { until } from "../support/until.ts";

const STOPPED_MS = 60_000;

describe("a daemon that is stopped for a minute", () => {
  it("answers what came meanwhile as soon as it goes on", { timeout: 5 * STOPPED_MS }, async () => {
    const { daemon: start, runShort, isGivenAll } = lowering();
    const daemon = await start();
    daemon.kill("SIGSTOP");
    await until("it to stand", () => /^State:\tT/m.test(statusOf(daemon.child.pid)));
    runShort();
    await sleep(STOPPED_MS);
    daemon.kill("SIGCONT");
    await isGivenAll();
    expect(daemon.stderr).not.toMatch(/error/);
    daemon.kill("SIGTERM");
    expect(await daemon.ended()).toMatchObject({ exitCode: 0 });
  });
});

const statusOf = (pid: number | undefined): string => readFileSync(`/proc/${pid}/status`, "utf8");
