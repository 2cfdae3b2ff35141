import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createNotifier } from "../../../src/daemon/notify.ts";
import { temporaryFolder } from "../../support/trees.ts";
import { until } from "../../support/until.ts";

/** An environment in which `systemd-notify` writes down what it was told to say. */
function watchedBySystemd(more: NodeJS.ProcessEnv = {}) {
  const folder = temporaryFolder();
  const said = join(folder, "said");
  writeFileSync(join(folder, "systemd-notify"), `#!/bin/sh\necho "$*" >>"${said}"\n`, { mode: 0o755 });
  const environment = { PATH: `${folder}:/usr/bin:/bin`, NOTIFY_SOCKET: "/run/systemd/notify", ...more };
  const saidSoFar = (): string => (existsSync(said) ? readFileSync(said, "utf8") : "");
  return { notifier: createNotifier(environment), saidSoFar };
}

describe("what systemd is told", () => {
  it("names this process, as systemd's client is another one", async () => {
    const { notifier, saidSoFar } = watchedBySystemd();
    notifier.ready("selfballooning this guest");
    const said = await until("what was said", () => saidSoFar() || null);
    expect(said).toBe(`--no-block --pid=${process.pid} --ready --status=selfballooning this guest\n`);
  });

  it("is that we are alive, at half of the watchdog's limit", async () => {
    const { notifier, saidSoFar } = watchedBySystemd({ WATCHDOG_USEC: "30000000" });
    expect(notifier.watchdogMs).toBe(15_000);
    notifier.alive();
    expect(await until("what was said", () => saidSoFar() || null)).toContain("WATCHDOG=1");
  });

  it.each([undefined, "", "0", "-5", "soon"])("knows no watchdog where its limit is %s", (limit) => {
    expect(watchedBySystemd({ WATCHDOG_USEC: limit }).notifier.watchdogMs).toBeNull();
  });

  it("is nothing where there is no systemd", async () => {
    const { notifier, saidSoFar } = watchedBySystemd({ NOTIFY_SOCKET: undefined });
    const heard = watchedBySystemd();
    notifier.stopping();
    heard.notifier.stopping();
    await until("the one that has a systemd", () => heard.saidSoFar() || null);
    expect(saidSoFar()).toBe("");
  });
});
