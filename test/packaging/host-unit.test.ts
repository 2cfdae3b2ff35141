import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readProjectFile } from "../support/docs.ts";
import { temporaryFolder } from "../support/trees.ts";
import { hasTool, run } from "./tools.ts";

const UNIT = "selfballoon.service";
const dropIn = readProjectFile("packaging/systemd/host.conf");
const lines = dropIn.split("\n");
const directives = lines.filter((line) => /^[A-Z][A-Za-z]+=/.test(line));

/** How exposed systemd finds the service, in tenths of its points, which go to 100. */
function exposure(withDropIn: boolean): number {
  const folder = temporaryFolder();
  writeFileSync(join(folder, UNIT), readProjectFile(`packaging/systemd/${UNIT}`));
  if (withDropIn) {
    mkdirSync(join(folder, `${UNIT}.d`));
    writeFileSync(join(folder, `${UNIT}.d`, "host.conf"), dropIn);
  }
  const args = ["security", "--offline=true", "--no-pager", join(folder, UNIT)];
  const { stdout, stderr } = run("systemd-analyze", args, folder);
  const level = /Overall exposure level for selfballoon\.service: ([0-9]+\.[0-9]+)/.exec(stdout)?.[1];
  expect(level, stderr).toBeDefined();
  return Math.round(Number(level) * 10);
}

describe("the unit's drop-in for hosts", () => {
  it.each(directives)("gives the reason for %s in the line above", (directive) => {
    expect(lines[lines.indexOf(directive) - 1]).toMatch(/^# \S/);
  });

  it("runs the daemon as a user of its own, without capabilities", () => {
    for (const line of ["User=selfballoon", "Group=selfballoon", "CapabilityBoundingSet=", "AmbientCapabilities="])
      expect(directives).toContain(line);
  });

  it.skipIf(!hasTool("systemd-analyze"))(
    "is exposed by less than 2 of systemd's 10 points, and far less than without",
    () => {
      expect(exposure(true)).toBeLessThan(20);
      expect(exposure(false)).toBeGreaterThan(20);
    },
  );
});
