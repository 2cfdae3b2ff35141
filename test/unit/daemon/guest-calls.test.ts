import { describe, expect, it } from "vitest";
import { GuestCalls } from "../../../src/daemon/guest-calls.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { observationOf } from "../../support/observations.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

function callsOf(...names: readonly string[]) {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(...names);
  const journal = new Journal(100, () => clock.wallMs());
  return { clock, backend, journal, calls: new GuestCalls("a", { backend, clock, journal }) };
}

describe("a backend's calls for one guest", () => {
  it("end at their deadline, and the call under way is told so", async () => {
    const { clock, backend, calls } = callsOf("a");
    const signals: AbortSignal[] = [];
    backend.observe = (_guest: string, signal?: AbortSignal) => {
      if (signal !== undefined) signals.push(signal);
      return new Promise(() => {});
    };
    const reading = calls.observe().catch((thrown: unknown) => thrown);
    await clock.advance(2999);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await clock.advance(1);
    expect(await reading).toMatchObject({
      code: "ERR_DEADLINE",
      details: { what: "a: reading the guest", deadlineMs: 3000 },
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it("put what the backend noticed into the journal, under the guest's name", async () => {
    const { backend, journal, calls } = callsOf("a");
    const notice = { code: "retries_given_up", details: { fromMib: 512, toMib: 462 } } as const;
    backend.observe = async (guest) => ({ observation: observationOf({ guest }), notices: [notice] });
    await calls.observe();
    expect(journal.after(0)).toMatchObject([{ kind: "notice", guest: "a", notice }]);
  });

  it("know no size of a guest that can't be asked, and pass on a bug of ours", async () => {
    const { clock, backend, calls } = callsOf("a");
    backend.size = () => new Promise(() => {});
    const size = calls.size();
    await clock.advance(3000);
    expect(await size).toBeNull();
    backend.size = async () => {
      throw new TypeError("undefined is not a function");
    };
    await expect(calls.size()).rejects.toThrow(TypeError);
  });
});
