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
 * given when it is free, so donors come before takers. An emergency may take the reserve.
 * @param chargedBytes what all guests have or were promised, this one included.
 */
export function grantedBytes(budget: HostBudget, chargedBytes: number, ownBytes: number, isEmergency: boolean): number {
  const thereBytes = isEmergency ? budget.memoryBytes : usableBytes(budget);
  return ownBytes + Math.max(0, thereBytes - chargedBytes);
}
