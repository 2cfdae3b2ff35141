import { describe, expect, it } from "vitest";
import { createSimulatedBackend } from "../../../../src/backends/simulated/backend.ts";
import { createSimHost } from "../../../../src/sim/host.ts";
import { loadOf, mib } from "../../../support/sim.ts";

const NEVER = new AbortController().signal;

/** An open backend and a clock that is moved by hand. */
async function opened(options: Omit<Parameters<typeof createSimulatedBackend>[0], "nowMs"> = {}) {
  const clock = { ms: 5000 };
  const backend = await createSimulatedBackend({ nowMs: () => clock.ms, ...options }).open();
  const observe = async (guest: string) => (await backend.observe(guest, NEVER)).observation;
  return { clock, backend, observe };
}
const one = () => ({
  host: createSimHost({ guests: [{ name: "one", maximumMib: 512, loads: [loadOf((s) => ({ anon: s }))] }] }),
});

describe("the simulated backend", () => {
  it("is usable anywhere, and says what it is", async () => {
    const probe = await createSimulatedBackend({ nowMs: () => 0 }).probe();
    expect(probe).toEqual({ usable: true, found: "a simulated host of 6 guests" });
  });

  it("has guests of 512 MiB to 8 GiB by default, every reading of each there", async () => {
    const { clock, backend, observe } = await opened();
    clock.ms += 1000;
    const guests = await backend.guests(NEVER);
    const sizes = await Promise.all(guests.map(async (guest) => (await observe(guest)).maxPfn ?? 0));
    expect(guests).toHaveLength(6);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([mib(512), mib(8192)]);
    for (const guest of guests) expect(Object.values(await observe(guest))).not.toContain(null);
  });

  it("is worth watching: within any 30 s some guest wants a tenth of its memory more or less", async () => {
    const { clock, backend, observe } = await opened();
    const guests = await backend.guests(NEVER);
    for (let half = 0; half < 10; half += 1) {
      const moves = await Promise.all(
        guests.map(async (guest) => {
          const { committedPages, maxPfn } = await observe(guest);
          return { guest, committed: committedPages ?? 0, size: maxPfn ?? 1, max: 0 };
        }),
      );
      for (let step = 0; step < 6; step += 1) {
        clock.ms += 5000;
        for (const move of moves) {
          const now = (await observe(move.guest)).committedPages ?? 0;
          move.max = Math.max(move.max, Math.abs(now - move.committed) / move.size);
        }
      }
      expect(Math.max(...moves.map((move) => move.max))).toBeGreaterThan(0.1);
    }
  });

  it("lets as much time pass as really did, and at most a minute at once", async () => {
    const { clock, observe } = await opened(one());
    clock.ms += 2500;
    expect((await observe("one")).t).toBe(2.5);
    clock.ms += 3_600_000;
    expect((await observe("one")).t).toBe(62.5);
    clock.ms -= 1000;
    expect((await observe("one")).t).toBe(62.5);
    clock.ms += 1500;
    expect((await observe("one")).t).toBe(64);
  });

  it("moves the balloon to what is applied, in pages of any size, and back on release", async () => {
    const { clock, backend, observe } = await opened(one());
    await backend.apply("one", mib(300) / 4, 16_384, NEVER);
    clock.ms += 2000;
    expect((await observe("one")).balloonCurrentPages).toBe(mib(300));
    await backend.release("one", null, NEVER);
    clock.ms += 2000;
    expect((await observe("one")).balloonCurrentPages).toBe(mib(512));
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 60])("refuses the target %d, and moves nothing", async (pages) => {
    const { clock, backend, observe } = await opened(one());
    await expect(backend.apply("one", pages, 4096, NEVER)).rejects.toMatchObject({ code: "ERR_TARGET_UNSAFE" });
    clock.ms += 2000;
    expect((await observe("one")).balloonCurrentPages).toBe(mib(512));
  });

  it("knows no guest that is not there", async () => {
    const { backend, observe } = await opened(one());
    await expect(observe("two")).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN" });
    await expect(backend.apply("two", 1000, 4096, NEVER)).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN" });
    await expect(backend.release("two", null, NEVER)).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN" });
  });
});
