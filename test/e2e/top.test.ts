import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { Home } from "../support/home.ts";
import { until } from "../support/until.ts";

const SIMULATED = ["--backend", "simulated", "--set", "selfballoon_interval=1"];

/** util-linux's script(1) gives a program a terminal. */
const SCRIPT = "/usr/bin/script";

const ENTERED = "\u001b[?1049h\u001b[?25l";
const LEFT = "\u001b[?7h\u001b[?25h\u001b[?1049l";

/** `selfballoon top` on a terminal of 100 columns and 20 rows. */
class TerminalTop {
  output = "";
  exitCode: number | null = null;
  private readonly child;

  constructor(home: Home, shell: string, env: Readonly<Record<string, string>> = {}) {
    const top = `${process.execPath} ${inject("command")} top`;
    const command = `stty cols 100 rows 20; ${shell.replaceAll("TOP", top)}`;
    this.child = spawn(SCRIPT, ["-qec", command, "/dev/null"], { env: { ...home.env, TERM: "xterm", ...env } });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
    });
    this.child.on("close", (exitCode) => {
      this.exitCode = exitCode;
    });
    onTestFinished(() => void this.child.kill("SIGKILL"));
  }

  press(keys: string): void {
    this.child.stdin.write(keys);
  }

  /** Wait until `pattern` was written after all that was written until now. */
  async shows(pattern: RegExp): Promise<void> {
    const from = this.output.length;
    await until(`${String(pattern)} on the screen: ${JSON.stringify(this.output.slice(-3000))}`, () =>
      pattern.test(this.output.slice(from)) ? true : null,
    );
  }

  async ended(): Promise<number | null> {
    await until("the end of top", () => (this.exitCode === null ? null : true));
    return this.exitCode;
  }
}

describe("top where there is no terminal", () => {
  it("prints all guests once, without colours", async () => {
    const home = new Home();
    const daemon = await home.daemon(...SIMULATED);
    for (const guest of ["batch", "database", "web"]) await daemon.says("stderr", new RegExp(`guest=${guest} `));
    const text = await home.succeed("top");
    expect(text).toMatch(
      /^selfballoon [\d.]+: selfballooning a simulated host of 6 guests\n6 guests, RAM [\d.]+ GiB: saved/,
    );
    expect(text).toMatch(/\nGUEST +STATE +HAS .* WHY\n/);
    expect(text).toMatch(/\ndatabase {2}/);
    expect(text).not.toContain("\u001b");
  });

  it("prints the same as JSON", async () => {
    const home = new Home();
    await home.daemon(...SIMULATED);
    const { guests, doing } = JSON.parse(await home.succeed("top", "--json"));
    expect(doing).toContain("selfballooning");
    expect(guests).toHaveLength(6);
    expect(guests[0]).toMatchObject({ guest: expect.any(String), tunables: expect.any(Object) });
  });

  it("ends with exit code 4 where no daemon runs", async () => {
    const { exitCode, stdout, stderr } = await new Home().do("top");
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 4,
      stdout: "",
      stderr: expect.stringContaining("ERR_NO_DAEMON"),
    });
  });
});

describe.skipIf(!existsSync(SCRIPT))("top on a terminal", () => {
  it("shows the guests live, follows keys, and leaves the terminal as it was", async () => {
    const home = new Home();
    await home.daemon(...SIMULATED);
    const top = new TerminalTop(home, "stty -g; TOP; code=$?; stty -g; echo code $code");
    await top.shows(/database/);
    expect(top.output).toContain(ENTERED);
    await top.shows(/0 %/);
    top.press("\u001b[C\u001b[C");
    await top.shows(/by has, down; 1-6 of 6/);
    top.press("q");
    expect(await top.ended()).toBe(0);
    const [, left = ""] = top.output.split(LEFT);
    const [settings] = top.output.split("\r\n");
    expect(left.trim().split("\r\n")).toEqual([settings, "code 0"]);
  });

  it("shows why a guest has what it has, pauses, releases and resumes it, and says what came of it", async () => {
    const home = new Home();
    const daemon = await home.daemon(...SIMULATED);
    const top = new TerminalTop(home, "TOP", { NO_COLOR: "1" });
    await top.shows(/database/);
    top.press("/data\r");
    await top.shows(/Found by "data" .* 1-1 of 1 found/);
    top.press("\r");
    await top.shows(/database: .*\r+\n[^\n]*Why [\d.]+ [MG]iB\?[\s\S]*It has [\d.]+ [MG]iB, and should have/);
    top.press("p");
    await top.shows(/database is paused: observed, and not moved until/);
    expect(await home.succeed("status")).toMatch(/\ndatabase +paused/);
    top.press("r");
    await top.shows(/database is resumed\./);
    expect(await home.succeed("status")).not.toMatch(/paused/);
    top.press("g");
    await top.shows(/database is released: given all memory back/);
    expect(await home.succeed("status")).toMatch(/\ndatabase +released/);
    top.press("\u001b");
    top.press("ar");
    await top.shows(/database is resumed\.[\s\S]*database is resumed\./);
    expect(await home.succeed("status")).not.toMatch(/released/);
    daemon.kill("SIGKILL");
    await daemon.ended();
    top.press("p");
    await top.shows(/Could not pause database: no selfballoon daemon answers/);
    top.press("?");
    await top.shows(/pause the selected guest: it is observed, and not moved/);
    top.press("q");
    expect(await top.ended()).toBe(0);
  });

  it("follows the size of the terminal", async () => {
    const home = new Home();
    await home.daemon(...SIMULATED);
    const now = join(home.folder, "now");
    const resize = `(until [ -e ${now} ]; do sleep 0.1; done; stty cols 60 rows 12 < /dev/tty) &`;
    const top = new TerminalTop(home, `${resize} TOP`, { NO_COLOR: "1" });
    await top.shows(/GUEST +STATE +HAS +AVAIL +TARGET +GOAL .*PSI\r+\n/);
    writeFileSync(now, "");
    await top.shows(/GUEST +STATE +HAS +AVAIL +TARGET\r+\n/);
    top.press("q");
    expect(await top.ended()).toBe(0);
  });

  it("says when the daemon is lost, and when it is back", async () => {
    const home = new Home();
    const daemon = await home.daemon(...SIMULATED);
    const top = new TerminalTop(home, "TOP");
    await top.shows(/database/);
    daemon.kill("SIGKILL");
    await top.shows(/The daemon is lost since \d\d:\d\d:\d\d: what you see is old/);
    await daemon.ended();
    await home.daemon(...SIMULATED);
    await top.shows(/The daemon is back since \d\d:\d\d:\d\d; it was lost at/);
    top.press("\u0003");
    expect(await top.ended()).toBe(0);
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"])("gives the terminal back on %s", async (signal) => {
    const home = new Home();
    await home.daemon(...SIMULATED);
    const top = new TerminalTop(home, "echo pid $$; exec TOP");
    await top.shows(/database/);
    process.kill(Number(/pid (\d+)/.exec(top.output)?.[1]), signal);
    expect(await top.ended()).toBe(0);
    expect(top.output.endsWith(LEFT)).toBe(true);
  });

  it("has no colours where NO_COLOR is set, and some where it is not", async () => {
    const home = new Home();
    await home.daemon(...SIMULATED);
    for (const [env, expected] of [
      [{ NO_COLOR: "1" }, false],
      [{}, true],
    ] as const) {
      const top = new TerminalTop(home, "TOP", env);
      await top.shows(/database/);
      top.press("q");
      await top.ended();
      expect(/\u001b\[\d+m/.test(top.output)).toBe(expected);
    }
  });
});
