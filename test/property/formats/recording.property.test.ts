import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SelfballoonError } from "../../../src/core/errors.ts";
import { NEEDED_READINGS, type Observation, OPTIONAL_READINGS } from "../../../src/core/observation.ts";
import { CLAMPS, type Clamp, REASONS, type Reason } from "../../../src/core/reasons.ts";
import { parseRecordingLine } from "../../../src/formats/recording.ts";
import { formatObservation, formatSet, formatStep } from "../../../src/formats/recording-writer.ts";

const reading = fc.option(fc.oneof(fc.nat(), fc.integer({ min: 0, max: 2 ** 52 })));

const readings = Object.fromEntries(
  [...NEEDED_READINGS, ...OPTIONAL_READINGS, "frontswapPages" as const].map((name) => [name, reading]),
) as Record<Exclude<keyof Observation, "t" | "guest" | "pageBytes">, typeof reading>;

/** Any observation that a guest can give. JSON has no -0, so there is none here. */
const observations: fc.Arbitrary<Observation> = fc.record({
  ...readings,
  t: fc.double({ noNaN: true, noDefaultInfinity: true }).map((t) => t + 0 || 0),
  guest: fc.string({ unit: "binary", minLength: 1, maxLength: 256 }).filter((guest) => guest.length <= 256),
  pageBytes: fc.constantFrom(4096, 8192, 16_384, 32_768, 65_536),
  committedPages: fc.option(fc.integer({ min: -(2 ** 52), max: 2 ** 52 })),
});

/** What a daemon may have decided. */
const steps = fc.record({
  atMs: fc.nat(),
  gap: fc.boolean(),
  moves: fc.nat(),
  decision: fc.record({
    goalPages: fc.option(fc.nat()),
    floorPages: fc.option(fc.nat()),
    targetPages: fc.option(fc.nat()),
    balloonTargetPages: fc.option(fc.nat()),
    frontswapTargetPages: fc.option(fc.nat()),
    reason: fc.constantFrom(...(Object.keys(REASONS) as Reason[])),
    clamps: fc.uniqueArray(fc.constantFrom(...(Object.keys(CLAMPS) as Clamp[]))),
  }),
});

const sets = fc.dictionary(
  fc.string({ unit: "binary", maxLength: 40 }).filter((name) => name !== "__proto__"),
  fc.string({ unit: "binary", maxLength: 40 }),
);

function expectLineOrError(text: string): void {
  try {
    expect(parseRecordingLine(text, 3)).toHaveProperty("kind");
  } catch (thrown) {
    if (!(thrown instanceof SelfballoonError)) throw thrown;
    expect(thrown).toMatchObject({ code: "ERR_RECORDING_LINE", details: { line: 3 } });
  }
}

describe("a recording", () => {
  it("gives back every observation that was written, in one line", () => {
    fc.assert(
      fc.property(observations, (observation) => {
        const line = formatObservation(observation);
        expect(line).not.toMatch(/[\n\r]/);
        expect(parseRecordingLine(line, 1)).toEqual({ kind: "observation", observation });
      }),
    );
  });

  it("gives back every step that was written, in one line", () => {
    fc.assert(
      fc.property(observations, steps, (observation, step) => {
        const { t, guest } = observation;
        const whole = { ...step, decision: { t, guest, headroomPages: null, ...step.decision } };
        const line = formatStep(observation, whole);
        expect(line).not.toMatch(/[\n\r]/);
        expect(parseRecordingLine(line, 1)).toEqual({ kind: "observation", observation, step: whole });
      }),
    );
  });

  it("gives back every set that was written, in one line", () => {
    fc.assert(
      fc.property(sets, (set) => {
        const line = formatSet(set);
        expect(line).not.toMatch(/[\n\r]/);
        expect(parseRecordingLine(line, 1)).toEqual({ kind: "set", set: { ...set } });
      }),
    );
  });

  it("gives a line or ERR_RECORDING_LINE for any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 2000 }), expectLineOrError));
    fc.assert(fc.property(fc.json(), expectLineOrError));
    fc.assert(fc.property(fc.json(), (json) => expectLineOrError(`{"set":${json}}`)));
  });

  it("gives a line or ERR_RECORDING_LINE for an observation with a field of any value", () => {
    const field = fc.record({
      name: fc.constantFrom("t", "guest", "pageBytes", "maxPfn", "oomKills", "x"),
      value: fc.jsonValue(),
    });
    fc.assert(
      fc.property(observations, field, (observation, { name, value }) =>
        expectLineOrError(JSON.stringify({ ...observation, [name]: value })),
      ),
    );
  });

  it("gives a line or ERR_RECORDING_LINE for a line that was cut or tampered with", () => {
    const edit = fc.record({
      from: fc.nat(600),
      length: fc.nat(20),
      put: fc.string({ unit: "binary", maxLength: 10 }),
    });
    fc.assert(
      fc.property(observations, edit, (observation, { from, length, put }) => {
        const line = formatObservation(observation);
        expectLineOrError(line.slice(0, from));
        expectLineOrError(line.slice(0, from) + put + line.slice(from + length));
      }),
      { numRuns: 500 },
    );
  });
});
