import { describe, expect, it } from "vitest";
import type { WatchSample } from "../../../src/core/backend.ts";
import { DEFAULT_TUNABLES, type Tunables } from "../../../src/core/tunables.ts";
import { GuestWatch } from "../../../src/daemon/guest-watch.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const SAMPLE: WatchSample = { availablePages: 1000, totalramPages: 250_000 };

/** A watch of one guest, of which a test says what a look brings. */
function watchOf(look: () => WatchSample | null | Promise<WatchSample | null> = () => SAMPLE) {
  const clock = new VirtualClock();
  const samples: WatchSample[] = [];
  const rig = { tunables: { ...DEFAULT_TUNABLES, guard: 1, guard_watch_ms: 100 } as Tunables, looks: 0 };
  const backend = Object.assign(new ScriptedBackend("a"), {
    watch: () => {
      rig.looks += 1;
      return look();
    },
  });
  const onSample = (sample: WatchSample): void => void samples.push(sample);
  const watch = new GuestWatch({ guest: "a", backend, clock, tunables: () => rig.tunables, onSample });
  return { clock, samples, rig, watch };
}

describe("the watch of a guest", () => {
  it("looks as often as its tunable says, and hands on what it saw", async () => {
    const { clock, samples, watch } = watchOf();
    watch.pace();
    await clock.advance(1000);
    expect(samples).toEqual(Array.from({ length: 10 }, () => SAMPLE));
  });

  it("looks at another interval once the tunable is another, without being told", async () => {
    const { clock, rig, watch } = watchOf();
    watch.pace();
    await clock.advance(200);
    rig.tunables = { ...rig.tunables, guard_watch_ms: 500 };
    await clock.advance(100); // this look is the one that sees the change
    expect(rig.looks).toBe(3);
    await clock.advance(2000);
    expect(rig.looks).toBe(3 + 4);
  });

  it.each(["guard", "selfballooning"] as const)("does not look while %s is off", async (name) => {
    const { clock, rig, watch } = watchOf();
    rig.tunables = { ...rig.tunables, [name]: 0 };
    watch.pace();
    await clock.advance(5000);
    expect(rig.looks).toBe(0);
    expect(watch.isWatching).toBe(false);
    rig.tunables = { ...rig.tunables, [name]: 1 };
    watch.pace();
    await clock.advance(100);
    expect(rig.looks).toBe(1);
  });

  it("waits for a look that takes its time, and gives it up after a second", async () => {
    const { clock, samples, rig, watch } = watchOf(() => new Promise(() => {}));
    watch.pace();
    await clock.advance(1050);
    expect(rig.looks).toBe(1);
    await clock.advance(100);
    expect(rig.looks).toBe(2);
    expect(samples).toEqual([]);
  });

  it("hands on what came late, and looks again", async () => {
    const { clock, samples, rig, watch } = watchOf(async () => SAMPLE);
    watch.pace();
    await clock.advance(300);
    expect(rig.looks).toBe(3);
    expect(samples).toHaveLength(3);
  });

  it.each<[string, () => null | Promise<null>]>([
    [
      "throws",
      () => {
        throw new Error("no such file");
      },
    ],
    ["is refused later", () => Promise.reject(new Error("no such file"))],
    ["finds nothing", () => null],
  ])("goes on where a look %s", async (_, look) => {
    const { clock, samples, rig, watch } = watchOf(look);
    watch.pace();
    await clock.advance(1000);
    expect(rig.looks).toBe(10);
    expect(samples).toEqual([]);
  });

  it("counts as looking at nothing after ten empty looks, until there is something again", async () => {
    let seen: WatchSample | null = null;
    const { clock, watch } = watchOf(() => seen);
    watch.pace();
    await clock.advance(900);
    expect(watch.isWatching).toBe(true);
    await clock.advance(100);
    expect(watch.isWatching).toBe(false);
    seen = SAMPLE;
    await clock.advance(100);
    expect(watch.isWatching).toBe(true);
  });

  it("looks no more once it was stopped", async () => {
    const { clock, rig, watch } = watchOf();
    watch.pace();
    await clock.advance(100);
    watch.stop();
    await clock.advance(1000);
    expect(rig.looks).toBe(1);
  });
});
