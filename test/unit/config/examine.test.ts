import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { examineConfig } from "../../../src/config/examine.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { temporaryFolder } from "../../support/trees.ts";

function emptyFile(): string {
  const file = join(temporaryFolder(), "c.toml");
  writeFileSync(file, "");
  return file;
}

async function levelsOf(set: readonly string[], policy: "driver" | "adaptive" = "driver") {
  const config = await loadConfig({ config: emptyFile(), set, root: "/nowhere" }, {}, "");
  return examineConfig(config, policy).map(({ level, what }) => `${level}: ${what}`);
}

describe("doctor on the configuration", () => {
  it("is content with the defaults", async () => {
    const [guard, policy, file] = await levelsOf([]);
    expect(guard).toMatch(/^ok: The guard is on/);
    expect(policy).toMatch(/^info: .*policy driver/);
    expect(file).toMatch(/^ok: .*c\.toml is good\.$/);
  });

  it("warns of a guard that is off, by the last word on it, and of what needs it", async () => {
    const [guard, policy] = await levelsOf(["guard=1", "guard=0"], "adaptive");
    expect(guard).toMatch(/^warn: The guard is off/);
    expect(policy).toMatch(/^warn: The policy adaptive needs the guard/);
    expect((await levelsOf(["guard=0", "guard=1"]))[0]).toMatch(/^ok/);
  });
});
