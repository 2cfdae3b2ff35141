import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { until } from "../support/until.ts";

/** A home whose `systemd-notify` writes down what it is told; `told` waits until that is something like `pattern`. */
function underSystemd(env: Record<string, string>) {
  const home = new Home();
  const log = join(home.folder, "notified");
  const bin = join(home.folder, "bin");
  mkdirSync(bin);
  writeFileSync(log, "");
  writeFileSync(join(bin, "systemd-notify"), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\n`);
  chmodSync(join(bin, "systemd-notify"), 0o755);
  Object.assign(home.env, { PATH: `${bin}:${home.env["PATH"]}`, NOTIFY_SOCKET: "/nonexistent", ...env });
  const words = () => readFileSync(log, "utf8");
  const told = (pattern: RegExp) => until(`systemd to be told ${String(pattern)}`, () => words().match(pattern));
  return { home, words, told };
}

describe("systemd", () => {
  it("is told that the daemon is ready and what it does, that it lives, and that it stops", async () => {
    const { home, told } = underSystemd({ WATCHDOG_USEC: "200000" });
    const daemon = await home.daemon("--backend", "simulated");
    await told(new RegExp(`--pid=${daemon.child.pid} --ready --status=selfballooning a simulated host of 6 guests`));
    await told(/WATCHDOG=1\n(?:.*\n)*.*WATCHDOG=1\n(?:.*\n)*.*WATCHDOG=1\n/);
    daemon.kill("SIGTERM");
    await daemon.ended();
    await told(/STOPPING=1/);
  });

  it("is told of a reload and that it is over", async () => {
    const { home, told, words } = underSystemd({});
    const daemon = await home.daemon("--backend", "simulated");
    await told(/--ready/);
    daemon.kill("SIGHUP");
    await told(/RELOADING=1/);
    await until("a second --ready", () => (words().match(/--ready/g)?.length === 2 ? true : null));
    expect(words()).not.toContain("WATCHDOG");
  });

  it("is not looked for where it did not start the daemon", async () => {
    const { home, words } = underSystemd({});
    delete home.env["NOTIFY_SOCKET"];
    const daemon = await home.daemon("--backend", "simulated");
    daemon.kill("SIGTERM");
    await daemon.ended();
    expect(words()).toBe("");
  });
});
