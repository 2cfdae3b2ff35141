import type { Cancellation, GuestSize, Reading, WatchSample } from "../../core/backend.ts";
import { AgentSource } from "../host/agent-source.ts";
import { requireSafeTarget } from "../host/balloon-state.ts";
import { cancellable, requireGoing } from "../host/deadline.ts";
import { Freshness } from "../host/freshness.ts";
import { type AgedStatistics, type AgentAnswer, chooseReadings, type Source, sourceNotices } from "../host/source.ts";
import { meminfoSample } from "../host/watch-sample.ts";
import { AgentClient } from "./agent.ts";
import { agentPathOf } from "./agent-path.ts";
import { BACKOFF_MS, type Balloon, BalloonMachine } from "./balloon-machine.ts";
import { type Machine, queryChardevs } from "./machine.ts";
import type { QmpEvent } from "./qmp-message.ts";
import { VITAL_EVENTS } from "./vitals.ts";

export interface QemuGuestOptions {
  /** The machine's QMP socket. */
  readonly path: string;
  /** The agent's socket: `{dir}` and `{name}` are the QMP socket's. Null: the one that QEMU says. */
  readonly agentPattern: string | null;
  /** How long QEMU or the agent may take for one answer. */
  readonly deadlineMs: number;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
}

/** What the watch between steps needs of the last observation. */
interface Watched {
  readonly source: Source;
  readonly balloon: Balloon;
  readonly pageBytes: number;
}

/** What a guest that restarts is said to have. */
const NOTHING_AVAILABLE: WatchSample = Object.freeze({ availablePages: 0, totalramPages: null });

/** A guest of a QEMU host: its machine, and the sources of its readings. */
export class QemuGuest {
  readonly path: string;
  private readonly options: QemuGuestOptions;
  private readonly machine: BalloonMachine;
  private agent: AgentSource | null = null;
  private freshness = new Freshness();
  private source: Source | null = null;
  private watched: Watched | null = null;
  private watchedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: QemuGuestOptions) {
    const { path, deadlineMs, nowMs } = options;
    this.path = path;
    this.options = options;
    this.machine = new BalloonMachine({ path, deadlineMs, nowMs, onEvent: (event) => this.take(event) });
  }

  /** What is known of the machine without asking it; null if it was never reached. */
  get known(): Machine | null {
    return this.machine.known;
  }

  /** Ask the machine what it is. */
  async discover(): Promise<void> {
    await this.machine.discover();
  }

  /** Read the guest, which others call `guest`. */
  observe(guest: string, cancellation: Cancellation): Promise<Reading> {
    return cancellable(this.observeNow(guest), `reading ${guest}`, cancellation);
  }

  /**
   * What is available now: from one file of the agent's, or once a period from the statistics; nothing at all while the
   * guest restarts. Null while there is nothing to look at.
   */
  watch(guest: string, cancellation: Cancellation): Promise<WatchSample | null> | null {
    const { watched } = this;
    // While the guest boots nothing can be read, and what it was allowed before must not starve it.
    if (this.machine.isRestarting) return Promise.resolve(NOTHING_AVAILABLE);
    if (watched === null || watched.source === "agent_lost" || watched.source === "statistics_frozen") return null;
    const nowMs = this.options.nowMs();
    const periodMs = watched.source === "agent" ? 0 : watched.balloon.machine.pollingPeriodS * 1000;
    if (nowMs - this.watchedAtMs < periodMs) return null;
    this.watchedAtMs = nowMs;
    const sample = watched.source === "agent" ? this.watchAgent(watched) : this.watchStatistics(watched);
    return cancellable(sample, `watching ${guest}`, cancellation);
  }

  /** How large the guest is, whatever it is doing. */
  size(guest: string, cancellation: Cancellation): Promise<GuestSize> {
    return cancellable(this.machine.memorySize(), `asking how large ${guest} is`, cancellation);
  }

  /** Set the balloon's target. It is approached meanwhile; `observe` tells how far it has come. */
  apply(guest: string, targetBytes: number, cancellation: Cancellation): Promise<void> {
    return cancellable(this.applyNow(guest, targetBytes, cancellation), `setting ${guest}`, cancellation);
  }

  /** Give the guest all its memory, whatever it is doing: a machine that stands takes the target when it runs again. */
  release(guest: string, cancellation: Cancellation): Promise<void> {
    return cancellable(this.releaseNow(guest), `releasing ${guest}`, cancellation);
  }

  async close(): Promise<void> {
    await this.agent?.close();
    this.machine.close();
  }

  private async observeNow(guest: string): Promise<Reading> {
    this.watched = null;
    const balloon = await this.machine.readRunning(guest);
    const answer = await this.askAgent(balloon);
    const chosen = await chooseReadings(answer, () => this.readStatistics(balloon), balloon.state);
    const { source, readings } = chosen;
    const notices = sourceNotices(this.source, source, chosen.statisticsAgeMs);
    this.source = source;
    this.watched = { source, balloon, pageBytes: readings.pageBytes };
    return { observation: { t: this.options.nowS(), guest, ...readings }, notices };
  }

  private async applyNow(guest: string, targetBytes: number, cancellation: Cancellation): Promise<void> {
    const { state } = await this.machine.readRunning(guest);
    requireSafeTarget(targetBytes, state.maximumBytes);
    requireGoing(`setting ${guest}`, cancellation);
    await this.machine.setTarget(targetBytes);
  }

  private async releaseNow(guest: string): Promise<void> {
    const { state } = await this.machine.readBalloon(guest);
    await this.machine.setTarget(state.maximumBytes);
  }

  /** With deflate-on-oom the guest's MemTotal does not tell the balloon's size, so QEMU is asked besides. */
  private async watchAgent({ balloon: { state }, pageBytes }: Watched): Promise<WatchSample | null> {
    const [currentBytes, meminfo] = await Promise.all([
      state.deflateOnOom ? this.machine.currentBytes() : state.currentBytes,
      this.agent?.readFirst() ?? null,
    ]);
    return meminfo === null ? null : meminfoSample(meminfo, { ...state, currentBytes }, pageBytes);
  }

  private async watchStatistics({ balloon }: Watched): Promise<WatchSample> {
    const currentBytes = await this.machine.currentBytes();
    const state = { ...balloon.state, currentBytes };
    const { readings } = await chooseReadings({ kind: "absent" }, () => this.readStatistics(balloon), state);
    return { availablePages: readings.availablePages, totalramPages: readings.totalramPages };
  }

  private async readStatistics({ machine, path }: Balloon): Promise<AgedStatistics> {
    const { statistics, lastUpdateS } = await this.machine.statistics(path);
    const ageMs = this.freshness.ageMs(lastUpdateS, this.options.nowMs());
    return { statistics, ageMs, periodMs: machine.pollingPeriodS * 1000 };
  }

  private async askAgent({ machine, state }: Balloon): Promise<AgentAnswer> {
    this.agent ??= this.agentOf(machine);
    return this.agent === null ? { kind: "absent" } : this.agent.read(state);
  }

  private agentOf(machine: Machine): AgentSource | null {
    const { agentPattern, nowMs, deadlineMs } = this.options;
    const path = agentPathOf(machine, this.options.path, agentPattern);
    if (path === null) return null;
    const port = new AgentClient({ path, nowMs, deadlineMs, backoffMs: BACKOFF_MS });
    const portOpen = async (): Promise<boolean | null> => {
      const chardevs = await queryChardevs(this.machine.qmp);
      return chardevs.find(({ label }) => label === machine.agentLabel)?.frontendOpen ?? null;
    };
    return new AgentSource({ port, portOpen, nowMs });
  }

  private take(event: QmpEvent): void {
    if (VITAL_EVENTS.has(event.name)) this.watched = null;
    if (event.name === "VSERPORT_CHANGE") this.agent?.portChanged();
    if (event.name !== "RESET") return;
    this.agent?.restarted();
    this.freshness = new Freshness();
    this.source = null;
  }
}
