/** What a host has for its guests, in bytes. */
export interface HostBudget {
  /** The most that all guests may have together. */
  readonly memoryBytes: number;
  /** The part of it that is kept for emergencies. */
  readonly reserveBytes: number;
}

/** What all guests may have together while none is in an emergency. */
export function usableBytes({ memoryBytes, reserveBytes }: HostBudget): number {
  return memoryBytes - reserveBytes;
}

/**
 * What a guest that has `ownBytes` may be raised to at the most: what it has and what nobody else has. Memory is only
 * given when it is free, so donors come before takers.
 * @param chargedBytes what all guests have or were promised, this one included.
 * @param reserveShare the part of the reserve that it may use, beside what others use of it: 0, but in an emergency.
 */
export function grantedBytes(budget: HostBudget, chargedBytes: number, ownBytes: number, reserveShare: number): number {
  const { reserveBytes } = budget;
  const usable = usableBytes(budget);
  const othersBytes = Math.min(reserveBytes, Math.max(0, chargedBytes - ownBytes - usable));
  const thereBytes = usable + Math.min(reserveBytes, othersBytes + Math.floor(reserveBytes * reserveShare));
  return ownBytes + Math.max(0, (reserveShare === 0 ? usable : thereBytes) - chargedBytes);
}
