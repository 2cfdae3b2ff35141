import type { ControlPort, GuestStatus } from "../core/control.ts";
import { type Figures, figuresOf } from "../core/figures.ts";
import type { StepRecord } from "../core/journal-record.ts";
import type { Observation } from "../core/observation.ts";
import { shownText } from "../core/shown-text.ts";
import { TUNABLES } from "../core/tunables.ts";
import { Exposition, type Labels } from "./exposition.ts";
import { HOST_METRICS } from "./host-metrics.ts";

interface FigureMetric {
  readonly name: string;
  readonly help: string;
  readonly read: (figures: Figures) => number | null;
}

/** What a guest has and wants. */
export const FIGURES: readonly FigureMetric[] = [
  { name: "current_bytes", help: "RAM that the guest has.", read: (of) => of.currentBytes },
  { name: "target_bytes", help: "RAM that the guest should have.", read: (of) => of.targetBytes },
  { name: "goal_bytes", help: "Where the target is heading.", read: (of) => of.goalBytes },
  { name: "floor_bytes", help: "The least that the target may be.", read: (of) => of.floorBytes },
  { name: "maximum_bytes", help: "The most that the target may be.", read: (of) => of.maximumBytes },
  { name: "committed_bytes", help: "Committed address space of the guest.", read: (of) => of.committedBytes },
  { name: "available_bytes", help: "What the guest can use without swapping.", read: (of) => of.availableBytes },
  {
    name: "compressed_swap_bytes",
    help: "What the guest holds in compressed swap, before compression.",
    read: (of) => of.compressedSwapBytes,
  },
];

interface CountMetric {
  readonly name: string;
  readonly help: string;
  readonly read: (observation: Observation) => number | null;
}

const seconds = (us: number | null): number | null => (us === null ? null : us / 1_000_000);

/** What the guest's kernel counts since it booted. */
export const COUNTS: readonly CountMetric[] = [
  { name: "oom_kills_total", help: "Processes that the guest's OOM killer ended.", read: (of) => of.oomKills },
  { name: "refaults_total", help: "Pages read back soon after they were evicted.", read: (of) => of.refaultPages },
  {
    name: "pressure_some_seconds_total",
    help: "Time in which some task waited for memory (PSI some).",
    read: (of) => seconds(of.psiSomeTotalUs),
  },
  {
    name: "pressure_full_seconds_total",
    help: "Time in which all tasks waited for memory (PSI full).",
    read: (of) => seconds(of.psiFullTotalUs),
  },
];

/** Upper bounds for the time of a step, from a read of local files to a slow guest agent, in seconds. */
const DURATION_BUCKETS = [0.0001, 0.001, 0.005, 0.02, 0.1, 0.5, 1, 3, 6];

/**
 * The metrics of a daemon. Steps are counted from the first request for metrics on, and before that as far back as the
 * journal reaches; all else is read when it is asked for. A reading that is not there has no sample.
 */
export class Metrics {
  private readonly control: ControlPort;
  private readonly version: string;
  /** Steps of each guest, by reason: what has to go when the guest goes. */
  private readonly steps = new Map<string, Map<string, number>>();
  private readonly durations = new Map(DURATION_BUCKETS.map((bound) => [bound, 0]));
  private durationSum = 0;
  private durationCount = 0;

  constructor(control: ControlPort, version: string) {
    this.control = control;
    this.version = version;
    for (const record of control.journalAfter(0)) if (record.kind === "step") this.count(record);
    control.subscribe((record) => record.kind === "step" && this.count(record));
  }

  /** All metrics as they stand, in Prometheus' text format. */
  text(): string {
    const guests = this.control.guests();
    this.forget(new Set(guests.map(({ guest }) => guest)));
    const out = new Exposition();
    const add = (
      name: string,
      type: "gauge" | "counter",
      help: string,
      samples: readonly (readonly [Labels, number])[],
    ) => out.add(`selfballoon_${name}`, type, help, samples);
    add("build_info", "gauge", "1, with the program's version.", [[[["version", this.version]], 1]]);
    add("steps_total", "counter", "Steps, by guest and reason.", this.stepSamples());
    const help = "Time of a step, from the first reading to the balloon's answer.";
    const { durations, durationSum, durationCount } = this;
    out.addHistogram("selfballoon_step_duration_seconds", help, [...durations], durationSum, durationCount);
    add("tunable", "gauge", "Tunables in force for the guest.", guests.flatMap(tunableSamples));
    const readable = "1 if the guest could be read and moved the last time, else 0.";
    add(
      "guest_readable",
      "gauge",
      readable,
      guests.map((one) => [of(one.guest), Number(one.problem === null)]),
    );
    const paused = "1 while the guest is paused, else 0.";
    add(
      "guest_paused",
      "gauge",
      paused,
      guests.map((one) => [of(one.guest), Number(one.paused)]),
    );
    const released = "1 while the guest is released, else 0.";
    add(
      "guest_released",
      "gauge",
      released,
      guests.map((one) => [of(one.guest), Number(one.released)]),
    );
    const host = this.control.host();
    for (const { name, help, read } of HOST_METRICS) {
      const value = host === null ? null : read(host);
      add(`host_${name}`, "gauge", help, value === null ? [] : [[[], value]]);
    }
    for (const row of FIGURES)
      add(
        row.name,
        "gauge",
        row.help,
        samplesOf(guests, (one) => figureOf(one, row)),
      );
    for (const row of COUNTS)
      add(
        row.name,
        "counter",
        row.help,
        samplesOf(guests, (one) => countOf(one, row)),
      );
    return out.text();
  }

  private count({ decision, durationMs }: StepRecord): void {
    const reasons = this.steps.get(decision.guest) ?? new Map<string, number>();
    this.steps.set(decision.guest, reasons.set(decision.reason, (reasons.get(decision.reason) ?? 0) + 1));
    const seconds = durationMs / 1000;
    this.durationSum += seconds;
    this.durationCount += 1;
    for (const [bound, observed] of this.durations) if (seconds <= bound) this.durations.set(bound, observed + 1);
  }

  private forget(present: ReadonlySet<string>): void {
    for (const guest of this.steps.keys()) if (!present.has(guest)) this.steps.delete(guest);
  }

  private stepSamples(): readonly (readonly [Labels, number])[] {
    return [...this.steps].flatMap(([guest, reasons]) =>
      [...reasons].map(([reason, count]) => [[...of(guest), ["reason", reason] as const], count] as const),
    );
  }
}

/** The label of a guest: a name may be anything, and whoever reads metrics shows it. */
function of(guest: string): Labels {
  return [["guest", shownText(guest)]];
}

function tunableSamples({ guest, tunables }: GuestStatus): readonly (readonly [Labels, number])[] {
  return TUNABLES.map(({ name }) => [[["name", name], ...of(guest)], tunables[name]]);
}

/** A sample for each guest of which there is a value. */
function samplesOf(
  guests: readonly GuestStatus[],
  read: (status: GuestStatus) => number | null,
): readonly (readonly [Labels, number])[] {
  return guests.flatMap((status) => {
    const value = read(status);
    return value === null ? [] : [[of(status.guest), value] as const];
  });
}

function figureOf({ observation, decision }: GuestStatus, { read }: FigureMetric): number | null {
  return observation === null || decision === null ? null : read(figuresOf(observation, decision));
}

function countOf({ observation, decision }: GuestStatus, { read }: CountMetric): number | null {
  return observation === null || decision === null ? null : read(observation);
}
