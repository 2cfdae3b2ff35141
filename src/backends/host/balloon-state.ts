import { selfballoonError } from "../../core/errors.ts";
import { BYTES_PER_KIB } from "../../core/units.ts";

/** A guest's memory as its host counts it. */
export interface BalloonSize {
  /** What the balloon leaves the guest: `actual` of QEMU's query-balloon. */
  readonly currentBytes: number;
  /** The most that the balloon can leave: the machine's memory and its DIMMs. */
  readonly maximumBytes: number;
  /** Memory that the guest has besides, and that its balloon does not count, such as virtio-mem. */
  readonly unballoonedBytes: number;
}

/** The balloon of a guest as its host sees it. */
export interface BalloonState extends BalloonSize {
  /**
   * Whether the guest's kernel continues counting the balloon's memory as its own, so that its total does not move: Linux
   * with deflate-on-oom, Windows, FreeBSD.
   */
  readonly totalIsConstant: boolean;
}

/** The last line of defence, below any floor of the law: no Linux guest of today lives with less. */
const MIN_TARGET_BYTES = 64 * 1_048_576;

/**
 * Check a target before it goes out, because QEMU takes 1 byte without complaint, and the guest then gives away all it
 * has until it panics.
 * @throws ERR_TARGET_UNSAFE outside 64 MiB (or the maximum, if that is less) to the maximum.
 */
export function requireSafeTarget(targetBytes: number, maximumBytes: number): void {
  const minBytes = Math.min(MIN_TARGET_BYTES, maximumBytes);
  const safe = Number.isSafeInteger(targetBytes) && targetBytes >= minBytes && targetBytes <= maximumBytes;
  if (safe && targetBytes > 0) return;
  const kib = (bytes: number): number => bytes / BYTES_PER_KIB;
  const details = { targetKib: kib(targetBytes), leastKib: kib(minBytes), mostKib: kib(maximumBytes) };
  throw selfballoonError("ERR_TARGET_UNSAFE", details);
}

/**
 * The target that gives a guest all that it may have: its balloon's maximum, or `maxBytes` if that is not null and less. Giving
 * takes nothing: never less than it has.
 * @throws ERR_TARGET_UNSAFE if what it has and what it can have do not agree, as where one of the two was read too early.
 */
export function givenBytes({ currentBytes, maximumBytes }: BalloonSize, maxBytes: number | null): number {
  const targetBytes = Math.max(currentBytes, Math.min(maximumBytes, maxBytes ?? maximumBytes));
  requireSafeTarget(targetBytes, maximumBytes);
  return targetBytes;
}

/** All the memory that the machine has for its guest, whatever the balloon took. */
export function machineBytes({ maximumBytes, unballoonedBytes }: BalloonSize): number {
  return maximumBytes + unballoonedBytes;
}

/**
 * RAM that the guest has now, from what its kernel says. Where the kernel continues counting the balloon's memory, the
 * balloon's size is taken off here. A guest never has more than its balloon leaves, whatever it says.
 */
export function totalramBytes(memTotalBytes: number, balloon: BalloonState): number {
  const { currentBytes, maximumBytes, unballoonedBytes, totalIsConstant } = balloon;
  const takenBytes = totalIsConstant ? maximumBytes - currentBytes : 0;
  return Math.max(0, Math.min(memTotalBytes - takenBytes, currentBytes + unballoonedBytes));
}

/** The way back: what the kernel said, from the RAM that was made of it. Null where that was cut. */
export function memTotalBytes(totalramBytes: number, balloon: BalloonState): number | null {
  const { currentBytes, maximumBytes, unballoonedBytes, totalIsConstant } = balloon;
  if (totalramBytes <= 0 || totalramBytes >= currentBytes + unballoonedBytes) return null;
  return totalramBytes + (totalIsConstant ? maximumBytes - currentBytes : 0);
}
