import { allAccounts, type Ledger } from "./ledger.ts";

/**
 * What all guests but this one have, or may come to need: each up to its part by weight of `usableBytes`, which is what
 * the host has for its guests, as far as its machine can have that.
 */
export function dueToOthers(ledger: Ledger, guest: string, usableBytes: number): number {
  let dueBytes = 0;
  for (const { guest: other, currentBytes, maximumBytes, weight } of allAccounts(ledger)) {
    if (other === guest) continue;
    const partBytes = Math.floor((usableBytes * weight) / ledger.weight);
    dueBytes += Math.max(currentBytes, Math.min(maximumBytes, partBytes));
  }
  return dueBytes;
}
