import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replaceStateFile } from "../../../src/compose/state-file.ts";
import { diskOf, mayMount } from "../../support/small-disk.ts";
import { temporaryFolder } from "../../support/trees.ts";

describe.skipIf(!mayMount)("a file of state on a disk that is almost full", () => {
  it("stays as it was where the new one has no room, of which nothing is left", () => {
    const disk = diskOf(temporaryFolder(), "64k");
    const path = join(disk, "kept.json");
    replaceStateFile(path, "old");
    // Room for a page of the new one, not for all of it.
    writeFileSync(join(disk, "filling"), Buffer.alloc(65_536 - 2 * 4096));
    expect(() => replaceStateFile(path, "x".repeat(10_000))).toThrow("ENOSPC");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(disk).sort()).toEqual(["filling", "kept.json"]);
    replaceStateFile(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
  });
});
