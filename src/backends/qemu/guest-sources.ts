import type { WatchSample } from "../../core/backend.ts";
import { AgentSource } from "../host/agent-source.ts";
import { type BalloonState, machineBytes, memTotalBytes } from "../host/balloon-state.ts";
import { Disbelief } from "../host/disbelief.ts";
import { Freshness } from "../host/freshness.ts";
import { type AgedStatistics, type AgentAnswer, type ChosenReadings, chooseReadings } from "../host/source.ts";
import { TotalWatch } from "../host/total-watch.ts";
import { meminfoSample } from "../host/watch-sample.ts";
import { AgentClient } from "./agent.ts";
import { agentPathOf } from "./agent-path.ts";
import { BACKOFF_MS, type Balloon, type BalloonMachine } from "./balloon-machine.ts";
import { type Machine, queryChardevs } from "./machine.ts";

export interface GuestSourcesOptions {
  /** The machine's QMP socket. */
  readonly path: string;
  /** All QMP sockets that were found. */
  readonly qmpPaths: () => readonly string[];
  /** The agent's socket: `{dir}` and `{name}` are the QMP socket's. Null: beside the QMP socket, where QEMU says. */
  readonly agentPattern: string | null;
  /** How long the agent may take for one answer. */
  readonly deadlineMs: number;
  /** A monotonic clock. */
  readonly nowMs: () => number;
}

/** A guest's agent, and the machine that it was found by. */
interface FoundAgent {
  readonly machine: Machine;
  readonly path: string;
  readonly source: AgentSource;
}

/** Where a guest's readings come from: its agent, and its balloon's statistics. */
export class GuestSources {
  private readonly options: GuestSourcesOptions;
  private readonly machine: BalloonMachine;
  private agent: FoundAgent | null = null;
  /** Kept over restarts: what the old kernel said last is not the new one's word. */
  private readonly freshness = new Freshness();
  private totals = new TotalWatch();
  private disbelief: Disbelief;

  constructor(machine: BalloonMachine, options: GuestSourcesOptions) {
    this.machine = machine;
    this.options = options;
    this.disbelief = new Disbelief(options.nowMs);
  }

  /**
   * The best readings that there are.
   * @throws ERR_FORMAT if the guest says what can't be, the second time only where there is no other source; and what QMP throws.
   */
  async read(balloon: Balloon): Promise<ChosenReadings> {
    const state = this.stateOf(balloon);
    const answer = await this.disbelief.ask(() => this.askAgent(balloon, state));
    if (answer.kind === "readings") {
      const { totalramPages, pageBytes } = answer.readings;
      this.totals.take(memTotalBytes((totalramPages ?? 0) * pageBytes, state), state, null);
    }
    const chosen = await chooseReadings(answer, () => this.readStatistics(balloon), state);
    this.disbelief.readBy(chosen.source);
    return chosen;
  }

  /** Where the guest's MemTotal does not report the balloon's size, QEMU is asked besides. */
  async watchAgent(balloon: Balloon, pageBytes: number): Promise<WatchSample | null> {
    const state = this.stateOf(balloon);
    const [currentBytes, meminfo] = await Promise.all([
      state.totalIsConstant ? this.machine.currentBytes() : state.maximumBytes,
      this.agent?.source.readFirst() ?? null,
    ]);
    return meminfo === null ? null : meminfoSample(meminfo, { ...state, currentBytes }, pageBytes);
  }

  async watchStatistics(balloon: Balloon): Promise<WatchSample> {
    const now = { ...balloon, size: { ...balloon.size, currentBytes: await this.machine.currentBytes() } };
    const read = (): Promise<AgedStatistics> => this.readStatistics(now);
    const { readings } = await chooseReadings({ kind: "absent" }, read, this.stateOf(now));
    return { availablePages: readings.availablePages, totalramPages: readings.totalramPages };
  }

  /** A port of the guest was opened or closed. */
  portChanged(): void {
    this.agent?.source.portChanged();
  }

  /** The guest was restarted: another kernel may run in it. */
  restarted(): void {
    this.agent?.source.restarted();
    this.totals = new TotalWatch();
    this.disbelief = new Disbelief(this.options.nowMs);
  }

  async close(): Promise<void> {
    await this.agent?.source.close();
  }

  private stateOf({ machine, size }: Balloon): BalloonState {
    return { ...size, totalIsConstant: this.totals.isConstant(machine.deflateOnOom) };
  }

  private async readStatistics({ machine, path, size }: Balloon): Promise<AgedStatistics> {
    const { statistics, lastUpdateS } = await this.machine.statistics(path);
    const { totalBytes } = statistics;
    if (totalBytes !== null && totalBytes > machineBytes(size)) this.machine.outdate(); // memory was plugged
    this.totals.take(totalBytes, size, lastUpdateS);
    const ageMs = this.freshness.ageMs(lastUpdateS, this.options.nowMs());
    return { statistics, ageMs, periodMs: machine.pollingPeriodS * 1000 };
  }

  private async askAgent({ machine }: Balloon, state: BalloonState): Promise<AgentAnswer> {
    if (this.agent?.machine !== machine) await this.findAgent(machine);
    return this.agent === null ? { kind: "absent" } : this.agent.source.read(state);
  }

  /** The machine was asked what it is, for the first time or again: its agent may be elsewhere. */
  private async findAgent(machine: Machine): Promise<void> {
    const { agentPattern, path: qmpPath, qmpPaths } = this.options;
    const path = await agentPathOf(machine, qmpPath, qmpPaths(), agentPattern);
    const before = this.agent;
    if (path !== null && path === before?.path) this.agent = { ...before, machine };
    else {
      await before?.source.close();
      this.agent = path === null ? null : { machine, path, source: this.connect(path) };
    }
  }

  private connect(path: string): AgentSource {
    const { nowMs, deadlineMs } = this.options;
    const port = new AgentClient({ path, nowMs, deadlineMs, backoffMs: BACKOFF_MS });
    return new AgentSource({ port, portOpen: () => this.isPortOpen(), nowMs });
  }

  private async isPortOpen(): Promise<boolean | null> {
    const chardevs = await queryChardevs(this.machine.qmp);
    return chardevs.find(({ label }) => label === this.machine.known?.agentLabel)?.frontendOpen ?? null;
  }
}
