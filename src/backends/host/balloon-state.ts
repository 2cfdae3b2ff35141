import { selfballoonError } from "../../core/errors.ts";
import { BYTES_PER_KIB } from "../../core/units.ts";

/** The balloon of a guest as its host sees it. */
export interface BalloonState {
  /** What the guest has: `actual` of QEMU's query-balloon, `balloon.current` of libvirt. */
  readonly currentBytes: number;
  /** What the guest was built for, and so the most it may have. */
  readonly maximumBytes: number;
  /**
   * Whether the balloon gives memory back by itself before the guest is out of it. The guest's kernel then goes on
   * counting the balloon's memory as its own: MemTotal does not move.
   */
  readonly deflateOnOom: boolean;
}

/** The last line of defence, below any floor of the law: no Linux guest of today lives with less. */
const LEAST_BYTES = 64 * 1_048_576;

/**
 * Check a target before it goes out, because QEMU takes 1 byte without complaint, and the guest then gives away all it
 * has until it panics.
 * @throws ERR_TARGET_UNSAFE outside 64 MiB (or the maximum, if that is less) to the maximum.
 */
export function requireSafeTarget(targetBytes: number, maximumBytes: number): void {
  const leastBytes = Math.min(LEAST_BYTES, maximumBytes);
  const safe = Number.isSafeInteger(targetBytes) && targetBytes >= leastBytes && targetBytes <= maximumBytes;
  if (safe && targetBytes > 0) return;
  const kib = (bytes: number): number => bytes / BYTES_PER_KIB;
  const details = { targetKib: kib(targetBytes), leastKib: kib(leastBytes), mostKib: kib(maximumBytes) };
  throw selfballoonError("ERR_TARGET_UNSAFE", details);
}

/**
 * RAM that the guest has now, from what its kernel says. With deflate-on-oom MemTotal stays at the maximum, so the
 * balloon's size is taken off here; without it the kernel has done so.
 */
export function totalramBytes(memTotalBytes: number, balloon: BalloonState): number {
  if (!balloon.deflateOnOom) return memTotalBytes;
  return Math.max(0, memTotalBytes - (balloon.maximumBytes - balloon.currentBytes));
}
