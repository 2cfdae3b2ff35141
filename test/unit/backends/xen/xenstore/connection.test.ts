import { describe, expect, it } from "vitest";
import { XenstoreConnection } from "../../../../../src/backends/xen/xenstore/connection.ts";
import { FakeXenstored, xenstoreMessage } from "../../../../support/fake-xenstored.ts";
import { until } from "../../../../support/until.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

async function rig() {
  const xenstored = await FakeXenstored.start();
  const clock = new VirtualClock();
  const events: string[] = [];
  const ends: string[] = [];
  const connection = new XenstoreConnection(xenstored.open, clock, {
    onEvent: (path) => events.push(path),
    onEnd: () => ends.push("end"),
  });
  return { xenstored, clock, events, ends, connection };
}

describe("a connection to xenstored", () => {
  it("reads, lists, writes and removes", async () => {
    const { xenstored, connection } = await rig();
    await connection.write("data/a", "1");
    await connection.write("data/b", "");
    expect(await connection.read("data/a")).toBe("1");
    expect(await connection.read("data/b")).toBe("");
    expect(await connection.list("data")).toEqual(["a", "b"]);
    await connection.remove("data");
    expect(xenstored.values.size).toBe(0);
  });

  it("finds nothing where there is nothing, which is no error", async () => {
    const { connection } = await rig();
    expect(await connection.read("data/a")).toBeNull();
    expect(await connection.list("data")).toEqual([]);
    await connection.remove("data");
  });

  it("passes on xenstored's word for a refusal, and goes on", async () => {
    const { xenstored, connection } = await rig();
    xenstored.secret.add("control/a");
    await expect(connection.read("control/a")).rejects.toMatchObject({
      code: "EACCES",
      message: "read control/a was refused: EACCES",
    });
    expect(await connection.read("control/b")).toBeNull();
  });

  it("hears of a change of what it watches, also between request and answer", async () => {
    const { xenstored, events, connection } = await rig();
    await connection.watch("control/selfballoon");
    xenstored.dom0("control/selfballoon/a", "1");
    xenstored.dom0("control/other", "1");
    expect(await connection.read("control/selfballoon/a")).toBe("1");
    expect(events).toEqual(["control/selfballoon", "control/selfballoon/a"]);
  });

  it("takes the answer to a watch without a number, as Linux before 4.11 gives it", async () => {
    const { xenstored, connection } = await rig();
    xenstored.isSilent = true;
    const watching = connection.watch("control");
    await until("the request", () => xenstored.asked[0] ?? null);
    xenstored.say(xenstoreMessage(4, 0, "OK\0"));
    await watching;
  });

  it("ends where an answer does not come in 5 s", async () => {
    const { xenstored, clock, ends, connection } = await rig();
    xenstored.isSilent = true;
    const reading = expect(connection.read("data/a")).rejects.toThrow("read data/a was not answered in 5000 ms");
    await until("the request", () => xenstored.asked[0] ?? null);
    await clock.advance(5000);
    await reading;
    expect(ends).toEqual(["end"]);
    await expect(connection.read("data/a")).rejects.toThrow("read data/a was not answered");
    expect(() => connection.requireOpen()).toThrow("read data/a was not answered");
  });

  it.each([
    ["bytes that are no message", Buffer.alloc(64, 0xff), "a message can't have 4294967295 bytes"],
    ["an answer to nothing that was asked", xenstoreMessage(2, 99, "1"), "it answered what was not asked"],
    ["an answer of another kind", xenstoreMessage(1, 1, "1"), "read data/a had no answer that means anything"],
    ["a refusal without a word", xenstoreMessage(16, 1, "no\0"), "read data/a had no answer that means anything"],
  ])("ends at %s", async (_, bytes, problem) => {
    const { xenstored, ends, connection } = await rig();
    xenstored.isSilent = true;
    const reading = expect(connection.read("data/a")).rejects.toThrow(problem);
    await until("the request", () => xenstored.asked[0] ?? null);
    xenstored.say(bytes);
    await reading;
    expect(ends).toEqual(["end"]);
  });

  it("ends when xenstored cuts it, and says nothing when we close it", async () => {
    const { xenstored, ends, connection } = await rig();
    await connection.write("data/a", "1");
    xenstored.cut();
    await until("the end", () => ends[0] ?? null);
    const other = await rig();
    const reading = expect(other.connection.read("data/a")).rejects.toThrow("it was closed by us");
    other.connection.close();
    await reading;
    expect(other.ends).toEqual([]);
  });
});
