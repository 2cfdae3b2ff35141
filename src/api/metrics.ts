import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ControlPort, GuestStatus, StepRecord } from "../core/control.ts";
import { type Figures, figuresOf } from "../core/figures.ts";
import type { Observation } from "../core/observation.ts";

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
  private readonly registry = new Registry();
  private readonly steps: Counter<"guest" | "reason">;
  private readonly durations: Histogram;
  private readonly tunable: Gauge<"name" | "guest">;
  private readonly readable: Gauge<"guest">;
  private readonly paused: Gauge<"guest">;
  private readonly figures: ReadonlyMap<FigureMetric, Gauge<"guest">>;
  private readonly counts: ReadonlyMap<CountMetric, Counter<"guest">>;
  /** Reasons that were counted, by guest: what has to go when the guest goes. */
  private readonly counted = new Map<string, Set<string>>();

  constructor(control: ControlPort, version: string) {
    this.control = control;
    const registers = [this.registry];
    const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> =>
      new Gauge({ name: `selfballoon_${name}`, help, labelNames, registers });
    const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> =>
      new Counter({ name: `selfballoon_${name}`, help, labelNames, registers });
    gauge("build_info", "1, with the program's version.", "version").set({ version }, 1);
    this.steps = counter("steps_total", "Steps, by guest and reason.", "guest", "reason");
    this.durations = new Histogram({
      name: "selfballoon_step_duration_seconds",
      help: "Time of a step, from the first reading to the balloon's answer.",
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.tunable = gauge("tunable", "Tunables in force for the guest.", "name", "guest");
    this.readable = gauge("guest_readable", "1 if the guest could be read and moved the last time, else 0.", "guest");
    this.paused = gauge("guest_paused", "1 while the guest is paused, else 0.", "guest");
    this.figures = new Map(FIGURES.map((row) => [row, gauge(row.name, row.help, "guest")]));
    this.counts = new Map(COUNTS.map((row) => [row, counter(row.name, row.help, "guest")]));
    for (const record of control.journalAfter(0)) if (record.kind === "step") this.count(record);
    control.subscribe((record) => record.kind === "step" && this.count(record));
  }

  /** All metrics as they stand, in Prometheus' text format. */
  async text(): Promise<string> {
    for (const metric of [this.tunable, this.readable, this.paused, ...this.figures.values(), ...this.counts.values()])
      metric.reset();
    const guests = this.control.guests();
    this.forget(new Set(guests.map(({ guest }) => guest)));
    for (const status of guests) this.read(status);
    return this.registry.metrics();
  }

  private count({ decision, durationMs }: StepRecord): void {
    const { guest, reason } = decision;
    this.steps.inc({ guest, reason });
    this.durations.observe(durationMs / 1000);
    const reasons = this.counted.get(guest) ?? new Set();
    this.counted.set(guest, reasons.add(reason));
  }

  private forget(present: ReadonlySet<string>): void {
    for (const [guest, reasons] of this.counted) {
      if (present.has(guest)) continue;
      for (const reason of reasons) this.steps.remove({ guest, reason });
      this.counted.delete(guest);
    }
  }

  private read({ guest, paused, problem, observation, decision, tunables }: GuestStatus): void {
    this.paused.set({ guest }, Number(paused));
    this.readable.set({ guest }, Number(problem === null));
    for (const [name, value] of Object.entries(tunables)) this.tunable.set({ name, guest }, value);
    if (observation === null || decision === null) return;
    const figures = figuresOf(observation, decision);
    for (const [{ read }, metric] of this.figures) {
      const value = read(figures);
      if (value !== null) metric.set({ guest }, value);
    }
    for (const [{ read }, metric] of this.counts) {
      const value = read(observation);
      if (value !== null) metric.inc({ guest }, value);
    }
  }
}
