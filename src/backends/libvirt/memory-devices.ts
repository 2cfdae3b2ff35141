import { BYTES_PER_KIB } from "../../core/units.ts";

/** Plugged memory that QEMU's balloon does not count, in bytes. */
export interface UncountedMemory {
  /** What of it libvirt adds to a domain's maximum, whether the guest has it now or not. */
  readonly addedBytes: number;
  /** What the guest has of it: an NVDIMM is a disk to it, and virtio-mem may be plugged in part. */
  readonly guestBytes: number;
}

export const NOTHING_PLUGGED: UncountedMemory = Object.freeze({ addedBytes: 0, guestBytes: 0 });

/** Models that the guest has no memory of (libvirt, formatdomain: memory devices). */
const NO_MEMORY: ReadonlySet<string> = new Set(["nvdimm", "virtio-pmem", "sgx-epc"]);

/** Read the memory devices of a domain's XML, as libvirt prints it. Its balloon counts DIMMs, and nothing else. */
export function parseUncountedMemory(xml: string): UncountedMemory {
  let addedBytes = 0;
  let guestBytes = 0;
  for (const [element, model = ""] of xml.matchAll(/<memory\s+model=["']([a-z-]+)["'][\s\S]*?<\/memory>/g)) {
    if (model === "dimm") continue;
    const sizeBytes = kibOf(element, "size") * BYTES_PER_KIB;
    addedBytes += sizeBytes;
    if (NO_MEMORY.has(model)) continue;
    guestBytes += model === "virtio-mem" ? kibOf(element, "current") * BYTES_PER_KIB : sizeBytes;
  }
  return { addedBytes, guestBytes };
}

function kibOf(element: string, name: string): number {
  return Number(new RegExp(`<${name}\\s+unit=["']KiB["']>([0-9]{1,12})<`).exec(element)?.[1] ?? 0);
}
