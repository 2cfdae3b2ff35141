import type { Cancellation, Reading, WatchSample } from "../../core/backend.ts";
import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { AgentSource } from "../host/agent-source.ts";
import { type BalloonSize, type BalloonState, requireSafeTarget } from "../host/balloon-state.ts";
import { requireGoing } from "../host/cancellation.ts";
import { Disbelief } from "../host/disbelief.ts";
import { Freshness } from "../host/freshness.ts";
import {
  type AgentAnswer,
  type ChosenReadings,
  chooseReadings,
  type Source,
  sourceNotices,
  WATCHED_BY,
} from "../host/source.ts";
import { meminfoSample, NOTHING_AVAILABLE } from "../host/watch-sample.ts";
import { LibvirtAgent } from "./agent.ts";
import { BootWatch } from "./boot-watch.ts";
import { type Devices, periodMs } from "./devices.ts";
import { DomainBalloon } from "./domain-balloon.ts";
import { FaultCount } from "./fault-count.ts";
import type { Domain, DomainEvent, Libvirt } from "./libvirt.ts";

const BACKOFF_MS = { first: 1000, max: 10_000 };

/** What the last reading was made of, with the balloon's size as libvirt said it last. */
interface Watched {
  readonly domain: Domain;
  readonly devices: Devices;
  readonly chosen: ChosenReadings;
}

export interface LibvirtGuestOptions {
  /** As it was found first. */
  readonly domain: Domain;
  readonly libvirt: Libvirt;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
}

/** One domain of libvirt's. */
export class LibvirtGuest {
  private readonly options: LibvirtGuestOptions;
  private readonly port: LibvirtAgent;
  private readonly agent: AgentSource;
  private readonly balloon: DomainBalloon;
  private readonly boot: BootWatch;
  private readonly faults = { told: new FaultCount(), read: new FaultCount() };
  private readonly freshness = new Freshness();
  private disbelief: Disbelief;
  private source: Source | null = null;
  /** The maximum that the last observation was made by; null before the first. */
  private observedMaximumBytes: number | null = null;
  /** What the watch needs of the last reading; null where there is nothing to look at. */
  private watched: Watched | null = null;
  private watchedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: LibvirtGuestOptions) {
    const { libvirt, nowMs } = options;
    const { uuid } = options.domain;
    this.options = options;
    this.balloon = new DomainBalloon(libvirt, uuid, nowMs);
    this.boot = new BootWatch(nowMs);
    this.disbelief = new Disbelief(nowMs);
    this.port = new LibvirtAgent({ libvirt, uuid, nowMs, backoffMs: BACKOFF_MS });
    // libvirt itself knows whether the port is open, and says so at once.
    this.agent = new AgentSource({ port: this.port, portOpen: () => Promise.resolve(null), nowMs });
  }

  /** What libvirt says by itself. For a reading the balloon's size stands in the domain as it is found. */
  take(event: DomainEvent): void {
    const { kind } = event;
    if (kind === "balloon") this.watched &&= movedTo(this.watched, event.currentBytes);
    else this.watched = null;
    if (kind === "agent") this.agent.portChanged();
    if (kind === "devices") this.balloon.forgetDevices();
    if (kind === "reboot") this.boot.start();
  }

  get uuid(): string {
    return this.options.domain.uuid;
  }

  /** Whether `domain` is this machine, and not another one that has its name now. */
  is({ uuid, id }: Domain): boolean {
    const { domain } = this.options;
    return uuid === domain.uuid && id === domain.id;
  }

  /** Read it; others call it `guest`. */
  async observe(found: Domain, guest: string): Promise<Reading> {
    this.watched = null;
    const devices = await this.balloon.find(found);
    const domain = await this.balloon.levelled(found, devices);
    this.noteBoot(domain);
    if (this.faults.told.wentBack(domain.pageFaults)) this.noteRestart(domain);
    const answer = await this.askAgent(domain, devices);
    const state = this.balloon.stateOf(domain, devices);
    const chosen = await this.choose(answer, domain, devices, state);
    const notices = sourceNotices(this.source, chosen.source, chosen.statisticsAgeMs);
    this.source = chosen.source;
    this.watched = { domain, devices, chosen };
    this.observedMaximumBytes = state.maximumBytes;
    const observation = { t: this.options.nowS(), guest, ...chosen.readings };
    const rssBytes = devices.isCountedResident ? domain.rssBytes : null;
    return { observation, notices, rssBytes, unballoonedBytes: state.unballoonedBytes };
  }

  /**
   * What is available now: from one file of the agent's, or once a period from the statistics of the domain, which `find`
   * finds; nothing at all while the guest restarts. Null while there is nothing to look at.
   */
  watch(find: () => Promise<Domain>): Promise<WatchSample | null> | WatchSample | null {
    const { watched } = this;
    // While the guest boots nothing can be read, and what it was allowed before must not starve it.
    if (this.boot.isBooting) return NOTHING_AVAILABLE;
    if (watched === null) return null;
    const by = WATCHED_BY[watched.chosen.source];
    if (by === null) return null;
    if (by === "agent") return this.watchAgent(watched);
    const nowMs = this.options.nowMs();
    if (nowMs - this.watchedAtMs < periodMs(watched.devices)) return null;
    this.watchedAtMs = nowMs;
    return this.watchStatistics(watched, find);
  }

  /** How large the domain is, whatever it is doing; null if libvirt does not say. */
  sizeOf(domain: Domain): BalloonSize | null {
    return this.balloon.sizeOf(domain, this.boot.isBooting);
  }

  /** A target is made from a reading: where the domain has other memory by now, it means another size of the balloon. */
  async apply(found: Domain, targetBytes: number, cancellation: Cancellation): Promise<void> {
    const devices = await this.balloon.find(found);
    if (this.boot.isBooting) throw restarting(found.name);
    const { maximumBytes } = this.balloon.stateOf(await this.balloon.levelled(found, devices), devices);
    if (maximumBytes !== (this.observedMaximumBytes ?? maximumBytes)) {
      throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest: found.name, state: "being given other memory" });
    }
    requireSafeTarget(targetBytes, maximumBytes);
    requireGoing(`setting ${found.name}`, cancellation);
    await this.balloon.set(targetBytes, cancellation);
  }

  /** As `DomainBalloon.release`. */
  release(domain: Domain, maxBytes: number | null, cancellation: Cancellation): Promise<void> {
    return this.balloon.release(domain, this.boot.isBooting, maxBytes, cancellation);
  }

  close(): Promise<void> {
    this.port.startReading();
    return this.agent.close();
  }

  /** Where the guest's MemTotal does not report the balloon's size, that is looked at besides. */
  private async watchAgent({ domain, devices, chosen }: Watched): Promise<WatchSample | null> {
    const { totalIsConstant, maximumBytes } = this.balloon.stateOf(domain, devices);
    const isMixed = devices.memory.guestBytes > 0;
    this.port.startLook();
    const [currentBytes, meminfo] = await Promise.all([
      totalIsConstant ? this.balloon.currentBytes(domain, isMixed) : maximumBytes,
      this.agent.readFirst(),
    ]);
    if (meminfo === null) return null;
    const state = this.balloon.stateOf({ ...domain, currentBytes }, devices);
    return meminfoSample(meminfo, state, chosen.readings.pageBytes);
  }

  private async watchStatistics({ devices }: Watched, find: () => Promise<Domain>): Promise<WatchSample> {
    const domain = await this.balloon.levelled(await find(), devices);
    const state = this.balloon.stateOf(domain, devices);
    const { readings } = await this.choose({ kind: "absent" }, domain, devices, state);
    return { availablePages: readings.availablePages, totalramPages: readings.totalramPages };
  }

  private async choose(
    answer: AgentAnswer,
    domain: Domain,
    devices: Devices,
    state: BalloonState,
  ): Promise<ChosenReadings> {
    const { statistics, lastUpdateS } = domain;
    this.balloon.takeStatistics(statistics, state, lastUpdateS);
    const ageMs = this.freshness.ageMs(lastUpdateS, this.options.nowMs());
    const aged = { statistics, ageMs, periodMs: periodMs(devices) };
    const chosen = await chooseReadings(answer, () => Promise.resolve(aged), state);
    this.disbelief.readBy(chosen.source);
    return chosen;
  }

  /** Its answer may show that the guest has restarted, and so that it was read by a wrong size of the balloon. */
  private async askAgent(domain: Domain, devices: Devices): Promise<AgentAnswer> {
    this.port.startReading();
    const answer = await this.disbelief.ask(() => this.agent.read(this.balloon.stateOf(domain, devices)));
    if (answer.kind !== "readings" || !this.faults.read.wentBack(answer.pageFaults)) return answer;
    this.balloon.emptied(domain);
    return this.disbelief.ask(() => this.agent.read(this.balloon.stateOf(domain, devices)));
  }

  /** From a reset on it is left alone until it has booted. */
  private noteBoot(domain: Domain): void {
    if (!this.boot.isBooting) return;
    if (!this.boot.hasEnded(domain.lastUpdateS)) throw restarting(domain.name);
    this.faults.told.forget();
    this.faults.read.forget();
    this.noteRestart(domain);
  }

  /** It has restarted: libvirt told, or where it does not, as through virsh, what the new kernel counts. */
  private noteRestart(domain: Domain): void {
    this.agent.restarted();
    this.disbelief = new Disbelief(this.options.nowMs);
    this.balloon.restarted(domain);
  }
}

function movedTo(watched: Watched, currentBytes: number): Watched {
  return { ...watched, domain: { ...watched.domain, currentBytes } };
}

function restarting(guest: string): SelfballoonError {
  return selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "restarting" });
}
