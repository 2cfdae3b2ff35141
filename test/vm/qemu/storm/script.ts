import { noise } from "../../../../src/sim/random.ts";
import type { Load } from "./loads.ts";

/** Loads one after the other, the first of them into a guest that is idle and ballooned down. */
export interface Round {
  readonly loads: readonly TimedLoad[];
}

interface TimedLoad {
  /** From the end of the load before it, or from the moment when the guest is down. */
  readonly afterMs: number;
  readonly load: Load;
}

/** From an emulated processor's 150 MiB/s down to what a slow program does. */
const RATES = [150, 50, 20, 150] as const;

/** A round of each kind, one after the other: what a round is made of, and how its sizes are drawn. */
const KINDS: readonly ((draw: Draw) => readonly Load[])[] = [
  (draw) => [{ kind: "burst", mib: draw(160, 300), mibPerS: 150 }],
  (draw) => [forks(draw), { kind: "burst", mib: draw(60, 100), mibPerS: 20 }],
  (draw) => [
    { kind: "burst", mib: draw(100, 180), mibPerS: 50 },
    { kind: "burst", mib: draw(150, 300), mibPerS: 150 },
  ],
  (draw) => [{ kind: "files", passes: draw(4, 8), mib: draw(100, 200), mibPerS: 150 }],
  (draw) => [{ kind: "promise", mib: draw(260, 340), mibPerS: draw(60, 100) }],
  (draw) => [0, 1, 2].map(() => ({ kind: "burst", mib: draw(60, 300), mibPerS: RATES[draw(0, 3)] ?? 150 })),
  (draw) => [forks(draw)],
];

function forks(draw: Draw): Load {
  return { kind: "forks", processes: draw(6, 14), mib: draw(15, 25) };
}

/** A whole number of this range, both ends included. */
type Draw = (min: number, max: number) => number;

/** Rounds with at least `loads` loads; the same ones for the same seed. */
export function stormScript(seed: number, loads: number): readonly Round[] {
  let drawn = 0;
  const draw: Draw = (min, max) => {
    drawn += 1;
    return min + Math.floor(noise(seed, drawn) * (max - min + 1));
  };
  const rounds: Round[] = [];
  for (let count = 0; count < loads; count += rounds.at(-1)?.loads.length ?? 1) {
    const kind = KINDS[rounds.length % KINDS.length] ?? (() => []);
    rounds.push({ loads: kind(draw).map((load) => ({ afterMs: draw(0, 1000), load })) });
  }
  return rounds;
}
