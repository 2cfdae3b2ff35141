import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isInstalled } from "../../../src/machine/installed.ts";
import { temporaryFolder } from "../../support/trees.ts";

describe("a program", () => {
  it("is installed where one of the folders has it, and it can be started", () => {
    const [empty, folder] = [temporaryFolder(), temporaryFolder()];
    const file = join(folder, "tool");
    writeFileSync(file, "");
    const isThere = (): boolean => isInstalled("tool", `${empty}:${folder}`);
    expect(isThere()).toBe(false);
    chmodSync(file, 0o755);
    expect([isThere(), isInstalled("tool", empty), isInstalled("other", folder), isInstalled("tool", "")]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("is not looked for in relative folders", () => {
    expect(isInstalled("vitest", "node_modules/.bin")).toBe(false);
  });
});
