import { describe, expect, it } from "vitest";
import { Snapshots } from "../../../src/sysfs/snapshots.ts";

function rig() {
  let value = 100;
  const snapshots = new Snapshots();
  const read = async (handle: number, offset: number, bytes: number): Promise<string> =>
    String(await snapshots.read({ handle, offset, bytes }, async () => `${value}\n`));
  const become = (next: number): void => {
    value = next;
  };
  return { snapshots, read, become };
}

describe("what a reader was given", () => {
  it("stays the same while the file is read in pieces", async () => {
    const { snapshots, read, become } = rig();
    const handle = snapshots.open();
    expect(await read(handle, 0, 2)).toBe("10");
    become(5);
    expect([await read(handle, 2, 1), await read(handle, 3, 9), await read(handle, 4, 9)]).toEqual(["0", "\n", ""]);
  });

  it("is fresh at the start, and wherever the last piece did not end", async () => {
    const { snapshots, read, become } = rig();
    const handle = snapshots.open();
    expect(await read(handle, 0, 9)).toBe("100\n");
    become(22);
    expect([await read(handle, 1, 9), await read(handle, 0, 9)]).toEqual(["2\n", "22\n"]);
  });

  it("is each reader's own", async () => {
    const { snapshots, read, become } = rig();
    const [one, other] = [snapshots.open(), snapshots.open()];
    expect(await read(one, 0, 1)).toBe("1");
    become(7);
    expect([await read(other, 0, 9), await read(one, 1, 9)]).toEqual(["7\n", "00\n"]);
  });

  it("is forgotten with the file's end, and where readers are too many, the oldest first", async () => {
    const { snapshots, read, become } = rig();
    const handles = Array.from({ length: 1025 }, () => snapshots.open());
    for (const handle of handles) await read(handle, 0, 1);
    const [oldest = 0, second = 0, third = 0] = handles;
    snapshots.forget(second);
    become(987);
    expect([await read(third, 1, 9), await read(oldest, 1, 9), await read(second, 1, 9)]).toEqual([
      "00\n",
      "87\n",
      "87\n",
    ]);
  });
});
