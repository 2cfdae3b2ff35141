import { describe, expect, it } from "vitest";
import { parseMountinfo } from "../../../src/formats/mountinfo.ts";

describe("the mounts of a process", () => {
  it("are found with and without optional fields, with their spaces", () => {
    const text = [
      "22 1 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw",
      "62 42 0:38 / /mnt/a\\040b rw,relatime - fuse.selfballoon selfballoon-files:27687:318483 rw,user_id=0",
      "63 42 0:39 / /m rw shared:1 master:2 propagate_from:3 - tmpfs none rw",
      "",
    ].join("\n");
    expect(parseMountinfo(text)).toEqual([
      { mountpoint: "/sys", type: "sysfs", source: "sysfs" },
      { mountpoint: "/mnt/a b", type: "fuse.selfballoon", source: "selfballoon-files:27687:318483" },
      { mountpoint: "/m", type: "tmpfs", source: "none" },
    ]);
  });

  it.each(["", "garbage", "22 1 0:21 / /sys rw", "22 1 0:21 / /sys rw sysfs sysfs rw", "- - - - - - - a b"])(
    "are none in %j",
    (text) => {
      expect(parseMountinfo(text)).toEqual([]);
    },
  );
});
