import { describe, expect, it } from "vitest";
import { readFixture } from "../support/fixtures.ts";
import { Home } from "../support/home.ts";

interface Event {
  readonly scenario: number;
  readonly op: "init" | "write" | "tick";
  readonly rc?: number;
  readonly name: string;
  readonly value: string;
  readonly privileged: boolean;
  readonly compressedSwap: boolean;
  readonly boot: readonly string[];
  readonly armed: boolean;
  readonly ran: boolean;
  readonly totalram: number;
  readonly committed: number;
  readonly totalreserve: number;
  readonly frontswap: number;
  readonly maxPfn: number;
  readonly balloonCurrent: number;
  readonly balloonTarget: number | null;
  readonly frontswapTarget: number | null;
}

/** The lives of the driver that a recording can tell: with compressed swap, from boot options that leave both loops on. */
function scenarios(): readonly (readonly Event[])[] {
  const events = readFixture("vectors/driver.jsonl")
    .trim()
    .split("\n")
    .map((line): Event => JSON.parse(line));
  const lives = new Map<number, Event[]>();
  for (const event of events) lives.set(event.scenario, [...(lives.get(event.scenario) ?? []), event]);
  return [...lives.values()].filter(([init]) => init?.rc === 0 && init.compressedSwap && init.boot.length === 0);
}

const lineOf = (event: Event) =>
  event.op === "write"
    ? { set: { [event.name]: event.value } }
    : {
        t: 0,
        guest: "g",
        pageBytes: 4096,
        totalramPages: event.totalram,
        committedPages: event.committed,
        totalreservePages: event.totalreserve,
        frontswapPages: event.frontswap,
        maxPfn: event.maxPfn,
        balloonCurrentPages: event.balloonCurrent,
      };

/** The unit tests go through all of them; here it is the way through the command that counts. */
const SCENARIOS = 6;

/** What the driver did; a target above the guest's maximum, `max_pfn` here, is cut. */
function expectedOf(event: Event): unknown {
  if (event.op === "write") return { set: { [event.name]: event.rc === 0 ? "ok" : "EINVAL" } };
  const maximum = event.maxPfn + event.balloonCurrent - event.totalram;
  const { balloonTarget, frontswapTarget } = event;
  return {
    balloonTargetPages: balloonTarget === null ? null : Math.min(balloonTarget, maximum),
    frontswapTargetPages: frontswapTarget,
  };
}

describe("the driver's recorded lives", () => {
  it("are told again by `replay`, one after the other", async () => {
    const told = scenarios().slice(0, SCENARIOS);
    expect(told).toHaveLength(SCENARIOS);
    for (const [, ...events] of told) {
      // A write without privilege can't be recorded, and a worker that is not armed does not step.
      const known = events.filter(({ op, privileged, ran }) => (op === "write" ? privileged : ran));
      const replay = new Home().start("replay", "-", "--set", "guard=0");
      replay.child.stdin.end(known.map((event) => `${JSON.stringify(lineOf(event))}\n`).join(""));
      const { stdout } = await replay.ended();
      const answers = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(answers).toMatchObject(known.map(expectedOf));
    }
  });
});
