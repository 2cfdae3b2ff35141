import { describe, expect, it } from "vitest";
import { livingOwner, ourMounts, ownSource } from "../../../src/sysfs/owner.ts";

const mountOf = (source: string) => ({
  device: "0:9",
  mountPoint: "/m",
  filesystem: "fuse.selfballoon",
  isReadOnly: false,
  source,
});

describe("who serves a mount", () => {
  it("is in its name, so that this process is found alive", () => {
    expect(livingOwner(mountOf(ownSource()))).toBe(process.pid);
  });

  it("is nobody once the process is dead, though another has its number", () => {
    expect(livingOwner(mountOf(`selfballoon-files:${process.pid}:1`))).toBeNull();
    expect(livingOwner(mountOf("selfballoon-files:4194305:1"))).toBeNull();
  });

  it("is not known of other mounts", () => {
    expect([livingOwner(mountOf("/dev/sda1")), ourMounts("/proc")]).toEqual([null, []]);
  });
});
