import { describe, expect, it } from "vitest";
import { startPolicy, stepInMib } from "../../../support/peers.ts";

/** What each guest may have, has and has free, in MiB; its minimum is a quarter of the first. */
type Guests = readonly (readonly [max: number, has: number, free: number])[];

/** What the host has, its guests, and what Proxmox VE's own arithmetic answers, in MiB. */
const TABLE: readonly (readonly [
  rule: string,
  hostMib: number,
  guests: Guests,
  targets: readonly (number | null)[],
])[] = [
  [
    "100 MiB at the most, from guests with room",
    2048,
    [
      [1024, 1000, 900],
      [2048, 1000, 700],
    ],
    [900, 947.2],
  ],
  [
    "only whoever is above its share",
    2560,
    [
      [1024, 1000, 900],
      [2048, 1120, 700],
    ],
    [928, null],
  ],
  [
    "nobody goes under its minimum",
    1024,
    [
      [1024, 256, 200],
      [2048, 900, 600],
    ],
    [null, 800],
  ],
  [
    "from guests without room where there is no other",
    1024,
    [
      [1024, 700, 10],
      [2048, 700, 20],
    ],
    [600, 600],
  ],
  [
    "not from those without room where there are others",
    3000,
    [
      [1024, 1000, 500],
      [2048, 900, 600],
      [4096, 1050, 20],
    ],
    [900, 803, null],
  ],
  [
    "to guests without room",
    4096,
    [
      [2048, 512, 10],
      [2048, 1400, 20],
    ],
    [612, 1500],
  ],
  [
    "... first",
    3072,
    [
      [4096, 1200, 10],
      [1024, 300, 10],
      [1024, 300, 200],
    ],
    [1300, 400, null],
  ],
  [
    "what one may not have goes to the others",
    4096,
    [
      [600, 550, 10],
      [2048, 512, 10],
      [2048, 512, 10],
    ],
    [600, 612, 612],
  ],
  [
    "to all where nobody lacks room",
    4096,
    [
      [1024, 512, 300],
      [2048, 700, 600],
    ],
    [612, 800],
  ],
  [
    "... or where those who do have all that they may",
    4096,
    [
      [512, 512, 10],
      [2048, 600, 500],
    ],
    [null, 700],
  ],
  [
    "while memory is given out, one above its share goes down",
    4150,
    [
      [4096, 3000, 10],
      [1024, 300, 10],
    ],
    [2900, 400],
  ],
  ["within 10 MiB of 80 % nothing moves", 1280, [[1024, 1024, 900]], [null]],
];

describe("proxmox", () => {
  it.each(TABLE)("%s", (_, hostMib, guests, targets) => {
    const seen = guests.map(([max, has, free], nth) => ({ name: `g${nth}`, max, has, free }));
    const found = stepInMib(startPolicy("proxmox"), hostMib, seen);
    expect(found).toEqual(targets.map((target) => (target === null ? null : expect.closeTo(target, 1))));
  });
});
