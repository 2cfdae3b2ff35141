import { describe, expect, it } from "vitest";
import type { ApiAnswer, askDaemon } from "../../../src/api/client.ts";
import { DaemonValues } from "../../../src/sysfs/daemon-values.ts";

/** A daemon that answers when a test says so, on a clock that a test moves. */
function rig() {
  const asked: (readonly [string, unknown])[] = [];
  const answers: ((answer: ApiAnswer) => void)[] = [];
  const clock = { nowMs: 0 };
  const ask: typeof askDaemon = (_, method, __, body) => {
    asked.push([method, body]);
    return new Promise((resolve) => answers.push(resolve));
  };
  const interval = (value: unknown): ApiAnswer => ({
    ok: true,
    body: { tunables: [{ name: "selfballoon_interval", value }] },
  });
  return { asked, answers, clock, interval, values: new DaemonValues("/s", () => clock.nowMs, ask) };
}

describe("the daemon's values", () => {
  it("are asked for once for all who read at the same time, and for 20 ms", async () => {
    const { asked, answers, clock, interval, values } = rig();
    const readers = [values.read(), values.read()];
    clock.nowMs = 19;
    readers.push(values.read());
    answers[0]?.(interval(5));
    expect((await Promise.all(readers)).map((read) => read.get("selfballoon_interval"))).toEqual([5, 5, 5]);
    expect(asked).toEqual([["GET", undefined]]);
    clock.nowMs = 20;
    const later = values.read();
    answers[1]?.(interval(6));
    expect((await later).get("selfballoon_interval")).toBe(6);
  });

  it("are asked for again after a write, also by those who read while it was on its way", async () => {
    const { asked, answers, interval, values } = rig();
    const writing = values.write("selfballoon_interval", 7);
    void values.read();
    answers[0]?.(interval(7));
    await writing;
    const after = values.read();
    answers[2]?.(interval(7));
    expect((await after).get("selfballoon_interval")).toBe(7);
    expect(asked).toEqual([
      ["PATCH", { selfballoon_interval: "7" }],
      ["GET", undefined],
      ["GET", undefined],
    ]);
  });

  it("pass on why the daemon refused a write", async () => {
    const { answers, values } = rig();
    const writing = values.write("frontswap_inertia", 7);
    const details = { name: "frontswap_inertia" };
    answers[0]?.({
      ok: false,
      problem: { code: "ERR_TUNABLE_ABSENT", details, detail: "", status: 404, title: "", type: "" },
    });
    await expect(writing).rejects.toMatchObject({ code: "ERR_TUNABLE_ABSENT" });
  });

  it.each([
    null,
    7,
    {},
    { tunables: 1 },
    { tunables: [null, 1, {}, { name: 1, value: 1 }, { name: "a", value: "1" }] },
  ])("leave out what is none in %j", async (body) => {
    const { answers, values } = rig();
    const reading = values.read();
    answers[0]?.({ ok: true, body });
    expect([...(await reading)]).toEqual([]);
  });
});
