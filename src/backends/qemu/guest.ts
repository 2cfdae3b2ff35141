import { basename, dirname, extname } from "node:path";
import type { Cancellation, GuestSize, Reading, WatchSample } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import { AgentSource } from "../host/agent-source.ts";
import { type BalloonState, machineBytes, memTotalBytes, requireSafeTarget } from "../host/balloon-state.ts";
import { cancellable, requireGoing } from "../host/deadline.ts";
import { Freshness } from "../host/freshness.ts";
import {
  type AgedStatistics,
  type AgentAnswer,
  type ChosenReadings,
  chooseReadings,
  type Source,
  sourceNotices,
} from "../host/source.ts";
import { hasCode } from "../host/thrown.ts";
import { TotalWatch } from "../host/total-watch.ts";
import { meminfoSample } from "../host/watch-sample.ts";
import { AgentClient } from "./agent.ts";
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
  readonly balloon: Balloon;
  readonly chosen: ChosenReadings;
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
  private totals = new TotalWatch();
  private source: Source | null = null;
  /** The maximum that the last observation was made by; null before the first. */
  private observedMaximumBytes: number | null = null;
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
    const source = watched?.chosen.source;
    if (watched === null || source === "agent_lost" || source === "statistics_frozen") return null;
    const nowMs = this.options.nowMs();
    const periodMs = source === "agent" ? 0 : watched.balloon.machine.pollingPeriodS * 1000;
    if (nowMs - this.watchedAtMs < periodMs) return null;
    this.watchedAtMs = nowMs;
    const sample = source === "agent" ? this.watchAgent(watched) : this.watchStatistics(watched);
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
    const { balloon, chosen } = await this.readAgreeing(guest);
    const { source, readings } = chosen;
    const notices = sourceNotices(this.source, source, chosen.statisticsAgeMs);
    const { maximumBytes, unballoonedBytes } = balloon.size;
    this.source = source;
    this.watched = { balloon, chosen };
    this.observedMaximumBytes = maximumBytes;
    return { observation: { t: this.options.nowS(), guest, ...readings }, notices, unballoonedBytes };
  }

  /** Memory may have been plugged since QEMU was asked: where the guest says more than can be, both are read again. */
  private async readAgreeing(guest: string): Promise<Pick<Watched, "balloon" | "chosen">> {
    const balloon = await this.machine.readRunning(guest);
    try {
      return { balloon, chosen: await this.choose(balloon) };
    } catch (thrown) {
      if (!hasCode(thrown, "ERR_FORMAT")) throw thrown;
      this.machine.outdate();
      const again = await this.machine.readRunning(guest);
      return { balloon: again, chosen: await this.choose(again) };
    }
  }

  private async choose(balloon: Balloon): Promise<ChosenReadings> {
    const state = this.stateOf(balloon);
    const answer = await this.askAgent(balloon);
    if (answer.kind === "readings") {
      const { totalramPages, pageBytes } = answer.readings;
      this.totals.take(memTotalBytes((totalramPages ?? 0) * pageBytes, state), state, null);
    }
    return chooseReadings(answer, () => this.readStatistics(balloon), state);
  }

  private stateOf({ machine, size }: Balloon): BalloonState {
    return { ...size, totalIsConstant: this.totals.isConstant(machine.deflateOnOom) };
  }

  /** A target is made from a reading: where the machine has other memory by now, it means another size of the balloon. */
  private async applyNow(guest: string, targetBytes: number, cancellation: Cancellation): Promise<void> {
    this.machine.outdate();
    const { maximumBytes } = (await this.machine.readRunning(guest)).size;
    if (maximumBytes !== (this.observedMaximumBytes ?? maximumBytes)) {
      throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "being given other memory" });
    }
    requireSafeTarget(targetBytes, maximumBytes);
    requireGoing(`setting ${guest}`, cancellation);
    await this.machine.setTarget(targetBytes);
  }

  private async releaseNow(guest: string): Promise<void> {
    this.machine.outdate();
    const { size } = await this.machine.readBalloon(guest);
    await this.machine.setTarget(size.maximumBytes);
  }

  /** Where the guest's MemTotal does not tell the balloon's size, QEMU is asked besides. */
  private async watchAgent({ balloon, chosen }: Watched): Promise<WatchSample | null> {
    const state = this.stateOf(balloon);
    const [currentBytes, meminfo] = await Promise.all([
      state.totalIsConstant ? this.machine.currentBytes() : state.maximumBytes,
      this.agent?.readFirst() ?? null,
    ]);
    return meminfo === null ? null : meminfoSample(meminfo, { ...state, currentBytes }, chosen.readings.pageBytes);
  }

  private async watchStatistics({ balloon }: Watched): Promise<WatchSample> {
    const now = { ...balloon, size: { ...balloon.size, currentBytes: await this.machine.currentBytes() } };
    const read = (): Promise<AgedStatistics> => this.readStatistics(now);
    const { readings } = await chooseReadings({ kind: "absent" }, read, this.stateOf(now));
    return { availablePages: readings.availablePages, totalramPages: readings.totalramPages };
  }

  private async readStatistics(balloon: Balloon): Promise<AgedStatistics> {
    const { statistics, lastUpdateS } = await this.machine.statistics(balloon.path);
    const { totalBytes } = statistics;
    if (totalBytes !== null && totalBytes > machineBytes(balloon.size)) this.machine.outdate(); // memory was plugged
    this.totals.take(totalBytes, balloon.size, lastUpdateS);
    const ageMs = this.freshness.ageMs(lastUpdateS, this.options.nowMs());
    return { statistics, ageMs, periodMs: balloon.machine.pollingPeriodS * 1000 };
  }

  private async askAgent(balloon: Balloon): Promise<AgentAnswer> {
    this.agent ??= this.agentOf(balloon.machine);
    return this.agent === null ? { kind: "absent" } : this.agent.read(this.stateOf(balloon));
  }

  private agentOf(machine: Machine): AgentSource | null {
    const { agentPattern, nowMs, deadlineMs } = this.options;
    const chardev = machine.chardevs.find(({ label }) => label === machine.agentLabel);
    const path = agentPattern === null ? (chardev?.socketPath ?? null) : fillIn(agentPattern, this.options.path);
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
    this.totals = new TotalWatch();
    this.source = null;
  }
}

/** The agent's socket by the operator's pattern. */
function fillIn(pattern: string, path: string): string {
  return pattern.replaceAll("{dir}", dirname(path)).replaceAll("{name}", basename(path, extname(path)));
}
