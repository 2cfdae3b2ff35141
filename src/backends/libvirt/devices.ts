import { selfballoonError } from "../../core/errors.ts";
import { type BalloonDevice, parseBalloonDevice } from "./balloon-device.ts";
import { isCountedResident } from "./hindrances.ts";
import type { Domain, Libvirt } from "./libvirt.ts";
import { NOTHING_PLUGGED, parseUncountedMemory, type UncountedMemory } from "./memory-devices.ts";

/** What a newcomer adds to the domain's XML for a balloon. */
const BALLOON_REMEDY = "<memballoon model='virtio' autodeflate='on'><stats period='1'/></memballoon>";

/** The statistics' period where the domain has none. */
const PERIOD_S = 1;

/** What is plugged of virtio-mem changes without the domain's maximum, and is looked at again after so long. */
const PLUGGED_KEPT_MS = 10_000;

/** What the domain's XML says, and when and at which maximum. */
export interface Devices {
  readonly balloon: BalloonDevice;
  readonly memory: UncountedMemory;
  readonly isCountedResident: boolean;
  readonly readAtMs: number;
  readonly domainBytes: number | null;
}

/** How often the domain's statistics should be updated. */
export function periodMs({ balloon }: Devices): number {
  return (balloon.periodS ?? PERIOD_S) * 1000;
}

/** A domain's devices, by its XML. */
export class DomainDevices {
  private readonly libvirt: Libvirt;
  private readonly nowMs: () => number;
  private known: Devices | null = null;

  constructor(libvirt: Libvirt, nowMs: () => number) {
    this.libvirt = libvirt;
    this.nowMs = nowMs;
  }

  /** Its memory that the balloon does not count, as it was known last. */
  get memory(): UncountedMemory {
    return this.known?.memory ?? NOTHING_PLUGGED;
  }

  /** Its devices have changed. */
  forget(): void {
    this.known = null;
  }

  /**
   * Look at the domain's XML, once as long as its memory is what it was, and have its statistics updated.
   * @throws ERR_BALLOON_MISSING, and what libvirt throws.
   */
  async find({ uuid, name: guest, maximumBytes: domainBytes }: Domain): Promise<Devices> {
    const { known } = this;
    const readAtMs = this.nowMs();
    const isFresh = known?.memory.addedBytes === 0 || readAtMs - (known?.readAtMs ?? readAtMs) < PLUGGED_KEPT_MS;
    const isSame = domainBytes === null || known?.domainBytes === domainBytes;
    if (known !== null && isSame && isFresh) return known;
    const xml = await this.libvirt.describe(uuid);
    const balloon = parseBalloonDevice(xml);
    if (balloon === null) throw selfballoonError("ERR_BALLOON_MISSING", { guest, remedy: BALLOON_REMEDY });
    if (balloon.periodS === null) await this.libvirt.setStatisticsPeriod(uuid, PERIOD_S);
    const memory = parseUncountedMemory(xml);
    this.known = { balloon, memory, isCountedResident: isCountedResident(xml), readAtMs, domainBytes };
    return this.known;
  }
}
