import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SliceRecord } from "../../../../src/swap/slices/slice-record.ts";
import { temporaryFolder } from "../../../support/trees.ts";

function rig() {
  const path = join(temporaryFolder(), "slice-off");
  return { path, record: new SliceRecord(path) };
}

describe("the record of a slice that is off", () => {
  it("gives back what was written, until it is removed", () => {
    const { path, record } = rig();
    expect(record.read()).toBeNull();
    record.write({ path: "/dev/zram12", priority: 100 });
    expect(new SliceRecord(path).read()).toEqual({ path: "/dev/zram12", priority: 100 });
    record.remove();
    expect([record.read(), existsSync(path)]).toEqual([null, false]);
    record.remove();
  });

  it("says so if it can't be written", () => {
    const record = new SliceRecord(join(temporaryFolder(), "no-such-folder", "slice-off"));
    expect(() => record.write({ path: "/dev/zram1", priority: 1 })).toThrow("a record of /dev/zram1 must succeed");
  });

  it.each([
    "",
    "/dev/sda1\n5\n",
    "/dev/../etc/passwd\n5\n",
    "/dev/zram1\n-5\n",
    "/dev/zram1\n99999\n",
    "/dev/zram1\n5",
  ])("is none of ours if it is %j", (text) => {
    const { path, record } = rig();
    writeFileSync(path, text);
    expect(record.read()).toBeNull();
  });
});
