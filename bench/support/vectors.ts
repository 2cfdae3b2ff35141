import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CompleteObservation } from "../../src/core/observation.ts";
import { observationOf } from "../../test/support/observations.ts";
import { ROOT } from "./paths.ts";

interface Tick {
  readonly op: string;
  readonly totalram: number;
  readonly committed: number;
  readonly totalreserve: number;
  readonly frontswap: number;
  readonly maxPfn: number;
  readonly balloonCurrent: number;
}

/** The observations of all ticks in the golden vectors, 5 s apart. */
export function vectorObservations(): readonly CompleteObservation[] {
  const lines = readFileSync(join(ROOT, "test/fixtures/vectors/driver.jsonl"), "utf8").trimEnd().split("\n");
  const ticks = lines.map((line) => JSON.parse(line) as Tick).filter(({ op }) => op === "tick");
  return ticks.map((tick, index) =>
    observationOf({
      t: index * 5,
      totalramPages: tick.totalram,
      committedPages: tick.committed,
      totalreservePages: tick.totalreserve,
      frontswapPages: tick.frontswap,
      maxPfn: tick.maxPfn,
      balloonCurrentPages: tick.balloonCurrent,
    }),
  );
}
