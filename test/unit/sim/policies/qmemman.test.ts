import { describe, expect, it } from "vitest";
import { startPolicy, stepInMib } from "../../../support/peers.ts";

/** What each guest may have, has and uses, in MiB. */
type Guests = readonly (readonly [max: number, has: number, used: number])[];

const seen = (guests: Guests) =>
  guests.map(([max, has, used], nth) => ({ name: `g${nth}`, max, has, available: has - used }));

/** What the host has, its guests, and what qmemman's own arithmetic answers, in MiB. */
const TABLE: readonly (readonly [
  rule: string,
  hostMib: number,
  guests: Guests,
  targets: readonly (number | null)[],
])[] = [
  [
    "all but 50 MiB is handed out in proportion to 1.3 times what is used",
    2048,
    [
      [4096, 512, 400],
      [4096, 1024, 200],
    ],
    [1328.02, 664.01],
  ],
  [
    "what is above maxima goes to the others in equal parts",
    3072,
    [
      [512, 512, 400],
      [512, 512, 400],
      [4096, 512, 400],
    ],
    [512, 512, 1982.11],
  ],
  [
    "... again and again, until nothing is left",
    4096,
    [
      [300, 300, 250],
      [1500, 500, 400],
      [4096, 500, 400],
    ],
    [300, 1500, 2219.64],
  ],
  [
    "each guest prefers 200 MiB at least",
    512,
    [
      [4096, 256, 10],
      [4096, 256, 10],
    ],
    [230.77, 230.77],
  ],
  [
    "on a full host donors go to what they prefer, and nobody is given anything",
    910,
    [
      [4096, 400, 400],
      [4096, 624, 300],
    ],
    [null, 390],
  ],
  [
    "a donor's surplus is subtracted from what is free, and acceptors share the rest",
    1200,
    [
      [4096, 400, 400],
      [4096, 405, 300],
      [4096, 300, 290],
    ],
    [416.55, 390, 311.98],
  ],
  [
    "a surplus under 10 MiB stays",
    1200,
    [
      [4096, 300, 300],
      [4096, 396, 300],
      [4096, 404, 380],
    ],
    [321.39, null, 431.07],
  ],
  [
    "acceptors share by what they prefer",
    1500,
    [
      [4096, 400, 380],
      [4096, 700, 680],
      [512, 300, 280],
    ],
    [413.54, 724.25, 309.97],
  ],
  [
    "... beside one donor",
    2000,
    [
      [4096, 700, 680],
      [4096, 700, 690],
      [2048, 400, 290],
    ],
    [761.5, 762.42, 377],
  ],
];

describe("qmemman", () => {
  it.each(TABLE)("%s", (_, hostMib, guests, targets) => {
    const found = stepInMib(startPolicy("qmemman"), hostMib, seen(guests));
    expect(found).toEqual(targets.map((target) => (target === null ? null : expect.closeTo(target, 1))));
  });

  it("does nothing while no guest reports a change of 30 MB", () => {
    const run = startPolicy("qmemman");
    stepInMib(run, 2048, [{ max: 4096, available: 500 }]);
    expect(stepInMib(run, 2048, [{ max: 4096, available: 480 }], 100)).toEqual([null]);
    expect(stepInMib(run, 4096, [{ max: 4096, available: 400 }], 200)).not.toEqual([null]);
  });

  it("counts what it gave as had, though the balloon has not moved yet", () => {
    const run = startPolicy("qmemman");
    const [first, second] = stepInMib(
      run,
      2048,
      seen([
        [4096, 512, 400],
        [4096, 512, 400],
      ]),
    );
    expect(first).toBeCloseTo(994, 0);
    expect(second).toBeCloseTo(994, 0);
    // Of the host's memory 50 MiB and roundings are left: g0 wants more, and only g1's surplus is there to give.
    const [more] = stepInMib(
      run,
      2048,
      seen([
        [4096, 512, 500],
        [4096, 512, 400],
      ]),
      100,
    );
    expect(more).toBeCloseTo(1104.5, 0);
  });
});
