import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mountOf, parseMountinfo } from "../../../src/formats/mountinfo.ts";

const TEXT = `21 60 0:5 / /proc rw,nosuid - proc proc rw
60 1 0:30 /root / rw,relatime shared:1 master:2 - btrfs /dev/nvme0n1p3 rw,compress=zstd:1
70 60 0:44 / /var/lib/my\\040data ro,relatime - zfs rpool/my\\040data rw,xattr
`;

describe("mountinfo", () => {
  it("is read with its optional tags and its escapes", () => {
    expect(parseMountinfo(TEXT)).toEqual([
      { device: "0:5", mountPoint: "/proc", filesystem: "proc", source: "proc", isReadOnly: false },
      { device: "0:30", mountPoint: "/", filesystem: "btrfs", source: "/dev/nvme0n1p3", isReadOnly: false },
      { device: "0:44", mountPoint: "/var/lib/my data", filesystem: "zfs", source: "rpool/my data", isReadOnly: true },
    ]);
  });

  it("tells where a path lies: at the deepest mount above it, and the last of several at one place", () => {
    const mounts = parseMountinfo(`${TEXT}80 60 8:1 / / rw - ext4 /dev/sda1 rw\n`);
    expect(mountOf(mounts, "/var/lib/my data/swap")?.filesystem).toBe("zfs");
    expect(mountOf(mounts, "/var/lib/my database")?.filesystem).toBe("ext4");
    expect(mountOf(mounts, "/")?.source).toBe("/dev/sda1");
    expect(mountOf([], "/")).toBeNull();
  });

  it("leaves out lines of another form, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (lines) => {
        const text = lines.join("\n");
        for (const { mountPoint, filesystem } of parseMountinfo(text)) {
          expect(mountPoint.startsWith("/")).toBe(true);
          expect(filesystem).not.toBe("");
        }
      }),
    );
    expect(parseMountinfo(`nonsense\n\n - \n1 1 ../x / / rw - ext4 /dev/sda1 rw\n${TEXT}`)).toEqual(
      parseMountinfo(TEXT),
    );
  });
});
