import type { Cancellation } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import { BYTES_PER_KIB } from "../../core/units.ts";
import { type BalloonSize, type BalloonState, givenBytes } from "../host/balloon-state.ts";
import type { BalloonStatistics } from "../host/statistics.ts";
import { TotalWatch } from "../host/total-watch.ts";
import { type Devices, DomainDevices } from "./devices.ts";
import type { Domain, Libvirt } from "./libvirt.ts";
import { MovingSize } from "./moving-size.ts";

/** How long libvirt may take to ask QEMU for a balloon's size. */
const ASKED_MS = 500;

/** A domain's balloon: how large it is as QEMU counts, whatever libvirt adds to that, and how it is moved. */
export class DomainBalloon {
  private readonly libvirt: Libvirt;
  private readonly uuid: string;
  private readonly moving: MovingSize;
  private readonly devices: DomainDevices;
  private totals = new TotalWatch();

  constructor(libvirt: Libvirt, uuid: string, nowMs: () => number) {
    this.libvirt = libvirt;
    this.uuid = uuid;
    this.moving = new MovingSize(nowMs);
    this.devices = new DomainDevices(libvirt, nowMs);
  }

  /** Its devices, by its XML; as `DomainDevices.find`. */
  find(domain: Domain): Promise<Devices> {
    return this.devices.find(domain);
  }

  /** Its devices have changed. */
  forgetDevices(): void {
    this.devices.forget();
  }

  /** How large the domain is, whatever it is doing; null if libvirt does not say. */
  sizeOf({ currentBytes, maximumBytes: domainBytes }: Domain, isBooting: boolean): BalloonSize | null {
    if (domainBytes === null) return null;
    const { addedBytes, guestBytes: unballoonedBytes } = this.devices.memory;
    const maximumBytes = Math.max(0, domainBytes - addedBytes);
    // Without a balloon the domain has all that it was built for, and at boot its balloon is empty.
    const saidBytes = isBooting ? maximumBytes : Math.min(currentBytes ?? maximumBytes, maximumBytes);
    return { currentBytes: this.moving.currentBytes(saidBytes, maximumBytes), maximumBytes, unballoonedBytes };
  }

  /**
   * How it stands, by a domain that is `levelled`.
   * @throws ERR_GUEST_LEFT_ALONE while it can't be moved, ERR_FORMAT where it has more than it can have.
   */
  stateOf(domain: Domain, { balloon, memory }: Devices): BalloonState {
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
    requireFitting(guest, size);
    return { ...size, totalIsConstant: this.totals.isConstant(balloon.deflateOnOom) };
  }

  /** Take in what the statistics say of it. */
  takeStatistics({ totalBytes }: BalloonStatistics, state: BalloonState, lastUpdateS: number | null): void {
    this.totals.take(totalBytes, state, lastUpdateS);
  }

  /** The domain with its memory as its balloon counts it: libvirt adds all that is plugged to what it has and may have. */
  async levelled(found: Domain, { memory }: Devices): Promise<Domain> {
    const { maximumBytes } = found;
    return {
      ...found,
      currentBytes: await this.currentBytes(found, memory.guestBytes > 0),
      maximumBytes: maximumBytes === null ? null : Math.max(0, maximumBytes - memory.addedBytes),
    };
  }

  /**
   * What QEMU says now. libvirt keeps what QEMU reported last, which is once a second at most (BALLOON_CHANGE), and so is old
   * while the balloon moves; and it adds what its balloon does not count (`isMixed`).
   */
  async currentBytes({ currentBytes }: Domain, isMixed: boolean): Promise<number | null> {
    if (currentBytes === null || !(isMixed || this.moving.isMoving(currentBytes))) return currentBytes;
    return (await this.libvirt.balloonBytes(this.uuid, ASKED_MS)) ?? currentBytes;
  }

  /** One that is cancelled while it waits for its turn is not done later, when another size may be wanted. */
  async set(bytes: number, cancellation: Cancellation): Promise<void> {
    await this.libvirt.setMemory(this.uuid, bytes, cancellation);
    this.moving.set(bytes);
  }

  /** Give all of `maxBytes`, or all that there is. @throws ERR_FORMAT where it has more than it can have: one of the two was read too early, and no target is made of them. */
  async release(
    domain: Domain,
    isBooting: boolean,
    maxBytes: number | null,
    cancellation: Cancellation,
  ): Promise<void> {
    const size = this.sizeOf(domain, isBooting);
    if (size === null) return;
    const has = { ...size, currentBytes: Math.max(0, (domain.currentBytes ?? 0) - size.unballoonedBytes) };
    requireFitting(domain.name, has);
    await this.set(givenBytes(has, maxBytes), cancellation);
  }

  /** Another kernel runs in it than before. */
  restarted(domain: Domain): void {
    this.totals = new TotalWatch();
    this.emptied(domain);
  }

  /** Its balloon began empty, whatever libvirt says. */
  emptied({ currentBytes, maximumBytes }: Domain): void {
    if (currentBytes !== null && maximumBytes !== null) this.moving.restarted(currentBytes, maximumBytes);
  }
}

function requireFitting(guest: string, { currentBytes, maximumBytes }: BalloonSize): void {
  if (currentBytes <= maximumBytes) return;
  const kib = (bytes: number): string => `${Math.floor(bytes / BYTES_PER_KIB)} KiB`;
  const expected = `at most the ${kib(maximumBytes)} that its balloon can leave`;
  const problem = `libvirt says ${kib(currentBytes)}`;
  throw selfballoonError("ERR_FORMAT", { what: `${guest}'s balloon`, expected, problem });
}
