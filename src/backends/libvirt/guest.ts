import type { Cancellation, GuestSize, Reading } from "../../core/backend.ts";
import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { BYTES_PER_KIB } from "../../core/units.ts";
import { AgentSource } from "../host/agent-source.ts";
import { type BalloonSize, type BalloonState, requireSafeTarget } from "../host/balloon-state.ts";
import { requireGoing } from "../host/cancellation.ts";
import { Freshness } from "../host/freshness.ts";
import type { AgentAnswer } from "../host/source.ts";
import { chooseReadings, type Source, sourceNotices } from "../host/source.ts";
import { TotalWatch } from "../host/total-watch.ts";
import { LibvirtAgent } from "./agent.ts";
import { type BalloonDevice, parseBalloonDevice } from "./balloon-device.ts";
import { FaultCount } from "./fault-count.ts";
import { isCountedResident } from "./hindrances.ts";
import type { Domain, DomainEvent, Libvirt } from "./libvirt.ts";
import { NOTHING_PLUGGED, parseUncountedMemory, type UncountedMemory } from "./memory-devices.ts";
import { MovingSize } from "./moving-size.ts";

/** What a newcomer adds to the domain's XML for a balloon. */
const BALLOON_REMEDY = "<memballoon model='virtio' autodeflate='on'><stats period='1'/></memballoon>";

/** The statistics' period where the domain has none. */
const PERIOD_S = 1;

/** How long libvirt may take to ask QEMU for a balloon's size. */
const ASKED_MS = 500;

/** What is plugged of virtio-mem changes without the domain's maximum, and is looked at again after so long. */
const PLUGGED_KEPT_MS = 10_000;

const BACKOFF_MS = { first: 1000, max: 10_000 };

/** What the domain's XML says, and when and at which maximum. */
interface Devices {
  readonly balloon: BalloonDevice;
  readonly memory: UncountedMemory;
  readonly isCountedResident: boolean;
  readonly readAtMs: number;
  readonly domainBytes: number | null;
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
  private readonly moving: MovingSize;
  private readonly faults = { told: new FaultCount(), read: new FaultCount() };
  private readonly freshness = new Freshness();
  private totals = new TotalWatch();
  private devices: Devices | null = null;
  private source: Source | null = null;
  /** The maximum that the last observation was made by; null before the first. */
  private observedMaximumBytes: number | null = null;
  /** Its machine was reset, and since then it was not looked at. */
  private isReset = false;
  /** When the kernel of before a reset last updated its statistics. */
  private oldUpdateS: number | null = null;

  constructor(options: LibvirtGuestOptions) {
    const { libvirt, nowMs } = options;
    const { uuid } = options.domain;
    this.options = options;
    this.moving = new MovingSize(nowMs);
    this.port = new LibvirtAgent({ libvirt, uuid, nowMs, backoffMs: BACKOFF_MS });
    // libvirt itself knows whether the port is open, and says so at once.
    this.agent = new AgentSource({ port: this.port, portOpen: () => Promise.resolve(null), nowMs });
  }

  /** What libvirt says by itself. The balloon's size stands in the domain as it is found. */
  take({ kind }: DomainEvent): void {
    if (kind === "agent") this.agent.portChanged();
    if (kind === "devices") this.devices = null;
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
    const devices = await this.findDevices(found);
    const domain = await this.levelled(found, devices);
    this.noteReset(domain);
    const isOld = domain.lastUpdateS === this.oldUpdateS;
    if (!isOld && this.faults.told.wentBack(domain.pageFaults)) this.noteRestart(domain);
    const answer = await this.askAgent(domain, devices);
    const state = this.requireState(domain, devices);
    this.totals.take(domain.statistics.totalBytes, state, domain.lastUpdateS);
    const ageMs = this.freshness.ageMs(isOld ? null : domain.lastUpdateS, this.options.nowMs());
    const periodMs = (devices.balloon.periodS ?? PERIOD_S) * 1000;
    const statistics = { statistics: domain.statistics, ageMs, periodMs };
    const chosen = await chooseReadings(answer, () => Promise.resolve(statistics), state);
    const notices = sourceNotices(this.source, chosen.source, chosen.statisticsAgeMs);
    this.source = chosen.source;
    this.observedMaximumBytes = state.maximumBytes;
    const observation = { t: this.options.nowS(), guest: domain.name, ...chosen.readings };
    const rssBytes = devices.isCountedResident ? domain.rssBytes : null;
    return { observation, notices, rssBytes, unballoonedBytes: state.unballoonedBytes };
  }

  /** How large the domain is, whatever it is doing; null if libvirt does not say. */
  sizeOf(domain: Domain): GuestSize | null {
    this.noteReset(domain);
    const { currentBytes, maximumBytes: domainBytes } = domain;
    if (domainBytes === null) return null;
    const { addedBytes, guestBytes: unballoonedBytes } = this.devices?.memory ?? NOTHING_PLUGGED;
    const maximumBytes = Math.max(0, domainBytes - addedBytes);
    // Without a balloon the domain has all that it was built for.
    const saidBytes = Math.min(currentBytes ?? maximumBytes, maximumBytes);
    return { currentBytes: this.moving.currentBytes(saidBytes, maximumBytes), maximumBytes, unballoonedBytes };
  }

  /** A target is made from a reading: where the domain has other memory by now, it means another size of the balloon. */
  async apply(found: Domain, targetBytes: number, cancellation: Cancellation): Promise<void> {
    const devices = await this.findDevices(found);
    const { maximumBytes } = this.requireState(await this.levelled(found, devices), devices);
    if (maximumBytes !== (this.observedMaximumBytes ?? maximumBytes)) {
      throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest: found.name, state: "being given other memory" });
    }
    requireSafeTarget(targetBytes, maximumBytes);
    requireGoing(`setting ${found.name}`, cancellation);
    await this.setMemory(targetBytes, cancellation);
  }

  async release(domain: Domain, maxBytes: number | null, cancellation: Cancellation): Promise<void> {
    const size = this.sizeOf(domain);
    if (size === null) return;
    await this.setMemory(Math.min(size.maximumBytes, maxBytes ?? size.maximumBytes), cancellation);
  }

  close(): Promise<void> {
    this.port.startReading();
    return this.agent.close();
  }

  /** One that is cancelled while it waits for its turn is not done later, when another size may be wanted. */
  private async setMemory(bytes: number, cancellation: Cancellation): Promise<void> {
    const { libvirt, domain } = this.options;
    await libvirt.setMemory(domain.uuid, bytes, cancellation);
    this.moving.set(bytes);
  }

  private requireState(domain: Domain, { balloon, memory }: Devices): BalloonState {
    const { name: guest, currentBytes, maximumBytes } = domain;
    if (!domain.running) throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "paused" });
    if (currentBytes === null || maximumBytes === null) {
      throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "busy, or migrating" });
    }
    const size: BalloonSize = {
      currentBytes: this.moving.currentBytes(currentBytes, maximumBytes),
      maximumBytes,
      unballoonedBytes: memory.guestBytes,
    };
    if (size.currentBytes > maximumBytes) throw tooLarge(guest, size);
    return { ...size, totalIsConstant: this.totals.isConstant(balloon.deflateOnOom) };
  }

  /** The domain with its memory as its balloon counts it: libvirt adds all that is plugged to what it has and may have. */
  private async levelled(found: Domain, { memory }: Devices): Promise<Domain> {
    const { maximumBytes } = found;
    return {
      ...found,
      currentBytes: await this.readCurrent(found, memory.guestBytes > 0),
      maximumBytes: maximumBytes === null ? null : Math.max(0, maximumBytes - memory.addedBytes),
    };
  }

  /**
   * What QEMU says now. libvirt keeps what QEMU reported last, which is once a second at most (BALLOON_CHANGE), and so is old
   * while the balloon moves; and it adds what its balloon does not count (`isMixed`).
   */
  private async readCurrent({ uuid, currentBytes }: Domain, isMixed: boolean): Promise<number | null> {
    if (currentBytes === null || !(isMixed || this.moving.isMoving(currentBytes))) return currentBytes;
    return (await this.options.libvirt.balloonBytes(uuid, ASKED_MS)) ?? currentBytes;
  }

  /** Its answer may show that the guest has restarted, and so that it was read by a wrong size of the balloon. */
  private async askAgent(domain: Domain, devices: Devices): Promise<AgentAnswer> {
    this.port.startReading();
    const answer = await this.agent.read(this.requireState(domain, devices));
    if (answer.kind !== "readings" || !this.faults.read.wentBack(answer.pageFaults)) return answer;
    this.noteSize(domain);
    return this.agent.read(this.requireState(domain, devices));
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

  /** Where libvirt did not report, as virsh does not: what the new kernel counts does. */
  private noteRestart(domain: Domain): void {
    this.agent.restarted();
    this.totals = new TotalWatch();
    this.noteSize(domain);
  }

  private noteSize({ currentBytes, maximumBytes }: Domain): void {
    if (currentBytes !== null && maximumBytes !== null) this.moving.restarted(currentBytes, maximumBytes);
  }

  /** Look at the domain's XML, once as long as its memory is what it was, and have its statistics updated. */
  private async findDevices({ maximumBytes: domainBytes }: Domain): Promise<Devices> {
    const { libvirt, nowMs } = this.options;
    const known = this.devices;
    const readAtMs = nowMs();
    const isFresh = known?.memory.addedBytes === 0 || readAtMs - (known?.readAtMs ?? readAtMs) < PLUGGED_KEPT_MS;
    const isSame = domainBytes === null || known?.domainBytes === domainBytes;
    if (known !== null && isSame && isFresh) return known;
    const { uuid, name: guest } = this.options.domain;
    const xml = await libvirt.describe(uuid);
    const balloon = parseBalloonDevice(xml);
    if (balloon === null) throw selfballoonError("ERR_BALLOON_MISSING", { guest, remedy: BALLOON_REMEDY });
    if (balloon.periodS === null) await libvirt.setStatisticsPeriod(uuid, PERIOD_S);
    const memory = parseUncountedMemory(xml);
    this.devices = { balloon, memory, isCountedResident: isCountedResident(xml), readAtMs, domainBytes };
    return this.devices;
  }
}

function tooLarge(guest: string, { currentBytes, maximumBytes }: BalloonSize): SelfballoonError {
  const kib = (bytes: number): string => `${Math.floor(bytes / BYTES_PER_KIB)} KiB`;
  const expected = `at most the ${kib(maximumBytes)} that its balloon can leave`;
  return selfballoonError("ERR_FORMAT", {
    what: `${guest}'s balloon`,
    expected,
    problem: `libvirt says ${kib(currentBytes)}`,
  });
}
