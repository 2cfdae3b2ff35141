import type { Config, Flags } from "../config/load.ts";
import type { OpenBackend } from "../core/backend.ts";
import type { KernelParameter } from "../core/boot-options.ts";
import type { Finding } from "../core/finding.ts";

/** What `run` was asked to do. */
export interface RunPlan {
  readonly flags: Flags;
  /** The driver's boot options, given as flags, in their order. */
  readonly bootOptions: readonly KernelParameter[];
  readonly dryRun: boolean;
  readonly once: boolean;
  /** Never run simulated guests unless the configuration asks for them by name. */
  readonly real: boolean;
  readonly json: boolean;
  /** What the log tells of: warnings alone, what changed, or each target that was moved as well. */
  readonly log: "quiet" | "changes" | "all";
}

/** Something with a name and a sentence about it. */
export interface Described {
  readonly name: string;
  readonly summary: string;
}

/** A policy; `source` tells where another controller's rule is from, and is empty for our own. */
export interface DescribedPolicy extends Described {
  readonly source: string;
}

/** How the guests of a simulation fared, all together. Small is good throughout. */
export interface SimulationScore {
  /** How long the guests were watched, summed over them. */
  readonly guestSeconds: number;
  /** Memory held over time, in GiB times minutes. */
  readonly heldGibMinutes: number;
  /** Time in which programs needed memory that they did not have, summed over the guests, and the most they lacked. */
  readonly shortageSeconds: number;
  readonly worstShortageMib: number;
  /** Time that programs waited for memory, summed over them: their slow-down. */
  readonly stalledSeconds: number;
  readonly oomKills: number;
  readonly refaultPages: number;
  readonly swappedPages: number;
  readonly moves: number;
}

/** Samples over a simulation, in MiB: what the guests held, and what they would have used. */
export interface SimulationSeries {
  readonly seconds: readonly number[];
  readonly heldMib: readonly number[];
  readonly wantedMib: readonly number[];
}

/** What is to be simulated. The same job gives the same result. */
export interface SimulationJob {
  readonly scenario: string;
  readonly policy: string;
  readonly seed: number;
  readonly minutes: number;
  /** Memory that the host has for its guests, which share it then, in MiB; null: as the scenario says. */
  readonly hostMb: number | null;
  /** How fast processors are, a name of `cpus`; null: as the scenario says. */
  readonly cpu: string | null;
  /** Whether guests have the swap that the scenario gives them. */
  readonly hasSwap: boolean;
}

/** How a demand trace is played. */
export interface TraceTerms {
  /** Memory of the guest, in MiB; null: a quarter more than the most that the trace wants. */
  readonly memoryMb: number | null;
  /** How much of its cache is read again and again; the rest is read once. */
  readonly hotPercent: number;
}

/** Names that only the simulator knows. */
export interface SimulatorNames {
  readonly scenarios: readonly Described[];
  readonly policies: readonly Described[];
  /** How fast processors may be. */
  readonly cpus: readonly string[];
}

/** Simulated guests on a virtual clock. */
export interface Simulator extends SimulatorNames {
  readonly policies: readonly DescribedPolicy[];
  /** The same with one more scenario, `trace`. @throws ERR_FORMAT, which names the line. */
  withTrace(text: string, terms: TraceTerms): Simulator;
  run(job: SimulationJob): { readonly score: SimulationScore; readonly series: SimulationSeries };
  /** The least that could be held without making programs short by whoever knew what they are about to want, in GiB times minutes. */
  minGibMinutes(job: Omit<SimulationJob, "policy">): number;
}

/** What is to be done about slices: swap in memory as several zram devices of one priority. */
export type SlicesRequest =
  | {
      readonly do: "set up";
      readonly plan: {
        /** All of them together, before compression. */
        readonly totalMib: number;
        readonly count: number;
        readonly priority: number;
        /** Null for the kernel's own choice. */
        readonly algorithm: string | null;
      };
    }
  | { readonly do: "remove" };

/** What the commands need from the rest of the house; the composition root provides it. */
export interface CliPorts {
  readonly version: string;
  /** Do the main job. @returns the exit code. */
  run(plan: RunPlan): Promise<number>;
  /** Run a fleet of simulated hosts to try things out with. @returns the exit code. @throws ERR_NO_NATS_SERVER. */
  runFleet(flags: Flags): Promise<number>;
  /** Open the balloon of this machine to look at it or to give memory back. @throws ERR_NO_BACKEND. */
  openBackend(config: Config, root: string): Promise<OpenBackend>;
  /** Look at this machine: what is present, missing, risky. */
  examine(config: Config, root: string): Promise<readonly Finding[]>;
  /** Put back what a daemon that was killed left of compressed swap. @throws ERR_TOOL, ERR_DEADLINE. */
  recoverSwap(config: Config, root: string): Promise<void>;
  /** Serve the driver's files at `mountpoint`, with the values of the daemon behind `socket`, until a signal comes. */
  serveFiles(socket: string, mountpoint: string): Promise<void>;
  /** Remove what a process that served them there, and was killed, has left. */
  removeFiles(mountpoint: string): Promise<void>;
  /** Set up or remove this machine's slices. @returns their devices' names. */
  slices(request: SlicesRequest): Promise<readonly string[]>;
  /** The same as commands, without doing any of it. */
  sliceCommands(request: SlicesRequest, root: string): Promise<readonly string[]>;
  /** The simulator; loaded only when it is asked for. */
  simulator(): Promise<Simulator>;
}
