import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, inject, it } from "vitest";
import { Home } from "../support/home.ts";

/** util-linux's script(1) gives a program a terminal. */
const SCRIPT = "/usr/bin/script";

describe.skipIf(!existsSync(SCRIPT))("status on a terminal", () => {
  it.each([60, 80, 200])("has its table within %i columns, and marks who is paused", async (columns) => {
    const home = new Home();
    const daemon = await home.daemon("--backend", "simulated", "--set", "selfballoon_interval=1");
    for (const guest of ["database", "web"]) await daemon.says("stderr", new RegExp(`guest=${guest} `));
    await home.succeed("pause", "web");
    const command = `stty cols ${columns} rows 24; ${process.execPath} ${inject("command")} status`;
    const { stdout } = spawnSync(SCRIPT, ["-qec", command, "/dev/null"], {
      env: { ...home.env, TERM: "xterm" },
      encoding: "utf8",
    });
    const lines = stripVTControlCharacters(stdout).split(/\r?\n/);
    const table = lines.slice(0, 7);
    expect(table[0]).toMatch(/^GUEST +STATE +HAS/);
    for (const line of table) expect(line.length).toBeLessThanOrEqual(columns);
    expect(table.at(-1)).toMatch(/^web +paused +/);
    expect(lines[7]).toMatch(/^6 guests, RAM [\d.]+ GiB: saved [\d.]+ [GM]iB, given out /);
    expect(stdout).toContain("\u001b[33m"); // in the colour of those who are held
  });
});
