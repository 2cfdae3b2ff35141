import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Backend, OpenBackend } from "../../src/core/backend.ts";
import { SelfballoonError } from "../../src/core/errors.ts";
import { missingReadings, type Observation } from "../../src/core/observation.ts";
import { until } from "../support/until.ts";

/** A machine on which a backend can be tried: one guest with its balloon, and the hand on both. */
export interface BackendRig {
  readonly backend: Backend;
  /** The same backend where there is nothing for it; left out where it is usable anywhere. */
  readonly absent?: Backend;
  /** The guest's name. */
  readonly guest: string;
  /** The most memory that the guest may have. */
  readonly maximumBytes: number;
  /** A target that the guest can reach at once. */
  readonly reachableBytes: number;
  /** The balloon's target as the machine knows it. */
  readonly targetBytes: () => number;
  /** Take away what the observation's optional readings come from, and say which of them are null then. */
  readonly hideOptional: () => readonly (keyof Observation)[];
  /** Make the machine take calls and never answer; left out where its reads can't hang. */
  readonly hang?: () => void;
  readonly stop: () => Promise<void>;
}

/** No guest lives with less, whatever the backend's own bound is. */
const MIN_BYTES = 48 * 1_048_576;

/** What can't happen to a backend. */
interface Exempt {
  readonly absence?: boolean;
  readonly hanging?: boolean;
}

/** What every backend must do. `makeRig` gives a new machine for each case. */
export function describeBackendContract(name: string, makeRig: () => Promise<BackendRig>, exempt: Exempt = {}): void {
  describe(`the ${name} backend`, () => {
    let rig: BackendRig;
    let open: OpenBackend;
    const signal = new AbortController().signal;

    beforeEach(async () => {
      rig = await makeRig();
      open = await rig.backend.open();
      await open.guests(signal);
    });

    afterEach(async () => {
      await open.close();
      await rig.stop();
    });

    const observe = async (): Promise<Observation> => (await open.observe(rig.guest, signal)).observation;

    const applyBytes = async (bytes: number): Promise<void> => {
      const { pageBytes } = await observe();
      await open.apply(rig.guest, Math.floor(bytes / pageBytes), pageBytes, signal);
    };

    it("says that it is usable, and what it found", async () => {
      const probe = await rig.backend.probe();
      expect(probe).toMatchObject({ usable: true });
      expect("found" in probe && probe.found).toMatch(/\w+ \w+/);
    });

    if (exempt.absence !== true) {
      it("says in a sentence what is missing where it is absent", async () => {
        const probe = await rig.absent?.probe();
        expect(probe).toMatchObject({ usable: false, refused: false });
        expect(probe !== undefined && "because" in probe && probe.because).toMatch(/^\w+ \w+.*[^.]$/);
      });
    }

    it("lists its guests", async () => {
      expect(await open.guests(signal)).toContain(rig.guest);
    });

    it("observes all that a step needs, within sane ranges", async () => {
      const observation = await observe();
      expect(observation.guest).toBe(rig.guest);
      expect(missingReadings(observation)).toEqual([]);
      expect([4096, 8192, 16_384, 32_768, 65_536]).toContain(observation.pageBytes);
      const numbers = Object.entries(observation).filter(([, value]) => typeof value === "number");
      expect(numbers.filter(([, value]) => !Number.isFinite(value) || Number(value) < 0)).toEqual([]);
      expect(numbers.filter(([key, value]) => key !== "t" && !Number.isSafeInteger(value))).toEqual([]);
      expectWithin(observation, rig.maximumBytes);
    });

    it("has a cheap look that agrees with what it observes, or none", async () => {
      const observation = await observe();
      const sample = await open.watch(rig.guest, signal);
      if (sample === null) return;
      expect(sample.totalramPages).toBe(observation.totalramPages);
      expect(sample.availablePages).toBeLessThanOrEqual(Number(sample.totalramPages));
    });

    it("says how large the guest is as it observes it, if it knows", async () => {
      const { balloonCurrentPages, pageBytes } = await observe();
      const size = await open.size(rig.guest, signal);
      if (size === null) return;
      expect(size).toMatchObject({
        currentBytes: Number(balloonCurrentPages) * pageBytes,
        maximumBytes: rig.maximumBytes,
      });
    });

    it("gives times that do not go back", async () => {
      const first = await observe();
      expect((await observe()).t).toBeGreaterThanOrEqual(first.t);
    });

    it("moves the target, and the next observations follow", async () => {
      const before = await observe();
      await applyBytes(rig.reachableBytes);
      expect(rig.targetBytes()).toBe(rig.reachableBytes);
      const after = await readUntil(observe, (now) => now.balloonCurrentPages !== before.balloonCurrentPages);
      const movedPages = Number(after.totalramPages) - Number(before.totalramPages);
      expect(movedPages).toBe(Number(after.balloonCurrentPages) - Number(before.balloonCurrentPages));
    });

    it("gives null for a reading that is not there, never 0", async () => {
      const hidden = rig.hideOptional();
      const observation = await observe();
      expect(hidden.map((reading) => [reading, observation[reading]])).toEqual(
        hidden.map((reading) => [reading, null]),
      );
    });

    it("refuses a target of nothing and one above the maximum, or cuts it, and writes neither", async () => {
      for (const targetBytes of [0, rig.maximumBytes * 2]) {
        await applyBytes(targetBytes).catch((thrown) => expect(thrown).toMatchObject({ code: "ERR_TARGET_UNSAFE" }));
        expect(rig.targetBytes()).toBeGreaterThanOrEqual(MIN_BYTES);
        expect(rig.targetBytes()).toBeLessThanOrEqual(rig.maximumBytes);
      }
    });

    it("gives all memory back at a release", async () => {
      await applyBytes(rig.reachableBytes);
      await open.release(rig.guest, null, signal);
      expect(rig.targetBytes()).toBe(rig.maximumBytes);
    });

    it("knows no guest that is not there", async () => {
      await expectCode(open.observe("no such guest", signal), "ERR_GUEST_UNKNOWN");
      await expectCode(open.apply("no such guest", 65_536, 4096, signal), "ERR_GUEST_UNKNOWN");
      await expectCode(open.release("no such guest", null, signal), "ERR_GUEST_UNKNOWN");
    });

    if (exempt.hanging !== true) {
      it("ends a call on a machine that hangs at its own deadline", async () => {
        rig.hang?.();
        await expect(open.observe(rig.guest, signal)).rejects.toBeInstanceOf(SelfballoonError);
      });

      it("ends a call when it is cancelled", async () => {
        rig.hang?.();
        const controller = new AbortController();
        const call = open.observe(rig.guest, controller.signal);
        controller.abort();
        await expectCode(call, "ERR_CANCELLED");
      });
    }

    it("can be closed twice", async () => {
      await open.close();
      await open.close();
    });
  });
}

function expectWithin(observation: Observation, maximumBytes: number): void {
  const maximumPages = maximumBytes / observation.pageBytes;
  expect(observation.balloonMaxPages).toBe(maximumPages);
  expect(observation.totalramPages).toBeGreaterThan(0);
  expect(observation.totalramPages).toBeLessThanOrEqual(maximumPages);
  expect(observation.balloonCurrentPages).toBeLessThanOrEqual(maximumPages);
  expect(observation.balloonCurrentPages).toBeGreaterThanOrEqual(Number(observation.totalramPages));
  expect(observation.availablePages ?? 0).toBeLessThanOrEqual(Number(observation.totalramPages));
  expect(observation.totalreservePages).toBeLessThan(Number(observation.totalramPages));
}

/** Read until the reading `holds`. */
function readUntil<T>(read: () => Promise<T>, holds: (reading: T) => boolean): Promise<T> {
  return until(String(holds), async () => {
    const reading = await read();
    return holds(reading) && reading;
  });
}

async function expectCode(call: Promise<unknown>, code: string): Promise<void> {
  await expect(call).rejects.toMatchObject({ code });
}
