import type { Cancellation, GuestSize, Reading } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import { AgentSource } from "../host/agent-source.ts";
import { type BalloonState, requireSafeTarget } from "../host/balloon-state.ts";
import { requireGoing } from "../host/deadline.ts";
import { Freshness } from "../host/freshness.ts";
import type { AgentAnswer } from "../host/source.ts";
import { chooseReadings, type Source, sourceNotices } from "../host/source.ts";
import { LibvirtAgent } from "./agent.ts";
import { type BalloonDevice, parseBalloonDevice } from "./balloon-device.ts";
import { BalloonSize } from "./balloon-size.ts";
import { FaultCount } from "./fault-count.ts";
import type { Domain, DomainEvent, Libvirt } from "./libvirt.ts";

/** What a newcomer adds to the domain's XML for a balloon. */
const BALLOON_REMEDY = "<memballoon model='virtio' autodeflate='on'><stats period='1'/></memballoon>";

/** The statistics' period where the domain has none. */
const PERIOD_S = 1;

/** How long libvirt may take to ask QEMU for a balloon's size. */
const ASKED_MS = 500;

const BACKOFF_MS = { first: 1000, most: 10_000 };

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
  private readonly size: BalloonSize;
  private readonly faults = { told: new FaultCount(), read: new FaultCount() };
  private readonly freshness = new Freshness();
  private device: BalloonDevice | null = null;
  private source: Source | null = null;
  /** Its machine was reset, and since then it was not looked at. */
  private isReset = false;
  /** When the kernel of before a reset last updated its statistics. */
  private oldUpdateS: number | null = null;

  constructor(options: LibvirtGuestOptions) {
    const { libvirt, nowMs } = options;
    const { uuid } = options.domain;
    this.options = options;
    this.size = new BalloonSize(nowMs);
    this.port = new LibvirtAgent({ libvirt, uuid, nowMs, backoffMs: BACKOFF_MS });
    // libvirt itself knows whether the port is open, and says so at once.
    this.agent = new AgentSource({ port: this.port, portOpen: () => Promise.resolve(null), nowMs });
  }

  /** What libvirt says by itself. The balloon's size stands in the domain as it is found. */
  take({ kind }: DomainEvent): void {
    if (kind === "agent") this.agent.portChanged();
    if (kind === "devices") this.device = null;
    if (kind !== "reboot") return;
    this.isReset = true;
    this.agent.restarted();
  }

  get uuid(): string {
    return this.options.domain.uuid;
  }

  /** Whether `domain` is this machine, and not another one that has its name now. */
  is({ uuid, id }: Domain): boolean {
    const { domain } = this.options;
    return uuid === domain.uuid && id === domain.id;
  }

  async observe(found: Domain): Promise<Reading> {
    const device = await this.findDevice();
    const domain = { ...found, currentBytes: await this.readCurrent(found) };
    this.noteReset(domain);
    const isOld = domain.lastUpdateS === this.oldUpdateS;
    if (!isOld && this.faults.told.wentBack(domain.pageFaults)) this.noteRestart(domain);
    const answer = await this.askAgent(domain, device);
    const state = this.requireState(domain, device);
    const ageMs = this.freshness.ageMs(isOld ? null : domain.lastUpdateS, this.options.nowMs());
    const periodMs = (device.periodS ?? PERIOD_S) * 1000;
    const statistics = { statistics: domain.statistics, ageMs, periodMs };
    const chosen = await chooseReadings(answer, () => Promise.resolve(statistics), state);
    const notices = sourceNotices(this.source, chosen.source, chosen.statisticsAgeMs);
    this.source = chosen.source;
    const observation = { t: this.options.nowS(), guest: domain.name, ...chosen.readings };
    return { observation, notices, rssBytes: domain.rssBytes };
  }

  /** How large the domain is, whatever it is doing; null if libvirt does not say. */
  sizeOf(domain: Domain): GuestSize | null {
    this.noteReset(domain);
    const { currentBytes, maximumBytes } = domain;
    if (maximumBytes === null) return null;
    // Without a balloon the domain has all that it was built for.
    const saidBytes = currentBytes ?? maximumBytes;
    return { currentBytes: this.size.currentBytes(saidBytes, maximumBytes), maximumBytes };
  }

  async apply(domain: Domain, targetBytes: number, cancellation: Cancellation): Promise<void> {
    const { maximumBytes } = this.requireState(domain, await this.findDevice());
    requireSafeTarget(targetBytes, maximumBytes);
    requireGoing(`setting ${domain.name}`, cancellation);
    await this.setMemory(targetBytes, cancellation);
  }

  async release(domain: Domain, cancellation: Cancellation): Promise<void> {
    if (domain.maximumBytes !== null) await this.setMemory(domain.maximumBytes, cancellation);
  }

  close(): Promise<void> {
    this.port.startReading();
    return this.agent.close();
  }

  /** One that is cancelled while it waits for its turn is not done later, when another size may be wanted. */
  private async setMemory(bytes: number, cancellation: Cancellation): Promise<void> {
    const { libvirt, domain } = this.options;
    await libvirt.setMemory(domain.uuid, bytes, cancellation);
    this.size.set(bytes);
  }

  private requireState(domain: Domain, { deflateOnOom }: BalloonDevice): BalloonState {
    const { name: guest, currentBytes, maximumBytes } = domain;
    if (!domain.running) throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "paused" });
    if (currentBytes === null || maximumBytes === null) {
      throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "busy, or migrating" });
    }
    return { currentBytes: this.size.currentBytes(currentBytes, maximumBytes), maximumBytes, deflateOnOom };
  }

  /**
   * What QEMU says now. libvirt keeps what QEMU told last, which is once a second at most (BALLOON_CHANGE), and so is old
   * while the balloon moves.
   */
  private async readCurrent({ uuid, currentBytes }: Domain): Promise<number | null> {
    if (currentBytes === null || !this.size.isMoving(currentBytes)) return currentBytes;
    return (await this.options.libvirt.balloonBytes(uuid, ASKED_MS)) ?? currentBytes;
  }

  /** Its answer may show that the guest has restarted, and so that it was read by a wrong size of the balloon. */
  private async askAgent(domain: Domain, device: BalloonDevice): Promise<AgentAnswer> {
    this.port.startReading();
    const answer = await this.agent.read(this.requireState(domain, device));
    if (answer.kind !== "readings" || !this.faults.read.wentBack(answer.pageFaults)) return answer;
    this.noteSize(domain);
    return this.agent.read(this.requireState(domain, device));
  }

  /** The reset of which libvirt told: what the kernel of before said holds no longer. */
  private noteReset(domain: Domain): void {
    if (!this.isReset) return;
    this.isReset = false;
    this.oldUpdateS = domain.lastUpdateS;
    this.faults.told.forget();
    this.faults.read.forget();
    this.noteSize(domain);
  }

  /** Where libvirt did not tell, as virsh does not: what the new kernel counts does. */
  private noteRestart(domain: Domain): void {
    this.agent.restarted();
    this.noteSize(domain);
  }

  private noteSize({ currentBytes, maximumBytes }: Domain): void {
    if (currentBytes !== null && maximumBytes !== null) this.size.restarted(currentBytes, maximumBytes);
  }

  /** Look at the domain's XML once, and have its statistics updated. */
  private async findDevice(): Promise<BalloonDevice> {
    if (this.device !== null) return this.device;
    const { libvirt } = this.options;
    const { uuid, name: guest } = this.options.domain;
    const device = parseBalloonDevice(await libvirt.describe(uuid));
    if (device === null) throw selfballoonError("ERR_BALLOON_MISSING", { guest, remedy: BALLOON_REMEDY });
    if (device.periodS === null) await libvirt.setStatisticsPeriod(uuid, PERIOD_S);
    this.device = device;
    return device;
  }
}
