import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openDeviceChannel } from "../../../src/machine/device-channel.ts";
import { temporaryFolder } from "../../support/trees.ts";
import { until } from "../../support/until.ts";

/** A channel to `path`, and what came of it. */
function rig(path: string) {
  const heard: Buffer[] = [];
  const ends: string[] = [];
  const channel = openDeviceChannel(path, {
    onBytes: (chunk) => heard.push(chunk),
    onEnd: (problem) => ends.push(problem),
  });
  onTestFinished(() => channel.close());
  return { channel, ends, heard: () => Buffer.concat(heard).toString() };
}

/** What is written into a FIFO that one process has open both ways comes back to it. */
function echo(): string {
  const path = join(temporaryFolder(), "echo");
  execFileSync("mkfifo", [path]);
  return path;
}

describe("a channel through a device", () => {
  it("carries bytes both ways, while nothing of ours waits", async () => {
    const { channel, heard, ends } = rig(echo());
    for (const word of ["one ", "two ", "three"]) {
      channel.send(Buffer.from(word));
      await until(word, () => (heard().endsWith(word) ? true : null));
    }
    expect(heard()).toBe("one two three");
    expect(ends).toEqual([]);
  });

  it("says once that the device says nothing more", async () => {
    const { ends } = rig("/dev/null");
    await until("the end", () => ends[0] ?? null);
    expect(ends).toEqual(["it says nothing more"]);
  });

  it("says in the system's words why the device takes nothing", async () => {
    const { channel, ends } = rig("/dev/full");
    channel.send(Buffer.from("1"));
    expect(await until("the end", () => ends[0] ?? null)).toMatch(/no space left/i);
  });

  it("says nothing after it was closed by us", async () => {
    const { channel, heard, ends } = rig(echo());
    channel.send(Buffer.from("1"));
    await until("the echo", () => (heard() === "1" ? true : null));
    channel.close();
    channel.send(Buffer.from("2"));
    const other = rig("/dev/null");
    await until("the end of another", () => other.ends[0] ?? null);
    expect([heard(), ends]).toEqual(["1", []]);
  });

  it("throws where there is no device", () => {
    expect(() => rig(join(temporaryFolder(), "none"))).toThrow("ENOENT");
  });
});
