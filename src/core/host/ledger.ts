import type { Account } from "./account.ts";

/** Accounts lie in blocks of so many, so that replacing one copies a few dozen references and not all. */
const BLOCK = 32;

/**
 * The accounts of a host's guests, with sums that cost nothing to read. Immutable: `withAccount` gives a new ledger that
 * shares all but one block with the one before.
 */
export interface Ledger {
  readonly slots: ReadonlyMap<string, number>;
  readonly blocks: readonly (readonly Account[])[];
  /** What all guests have or were promised. */
  readonly chargedBytes: number;
  /** What all guests want, or at least must have. */
  readonly wantedBytes: number;
  /** The weights of all guests together. */
  readonly weight: number;
}

/** No guests. */
export const EMPTY_LEDGER: Ledger = Object.freeze({
  slots: new Map(),
  blocks: [],
  chargedBytes: 0,
  wantedBytes: 0,
  weight: 0,
});

/** A ledger of these accounts; of two with one name the later one counts. */
export function ledgerOf(accounts: Iterable<Account>): Ledger {
  const byName = new Map<string, Account>();
  for (const account of accounts) byName.set(account.guest, account);
  const all = [...byName.values()];
  const blocks: Account[][] = [];
  for (let first = 0; first < all.length; first += BLOCK) blocks.push(all.slice(first, first + BLOCK));
  return {
    slots: new Map(all.map(({ guest }, slot) => [guest, slot])),
    blocks,
    chargedBytes: all.reduce((sum, { currentBytes }) => sum + currentBytes, 0),
    wantedBytes: all.reduce((sum, account) => sum + wantOf(account), 0),
    weight: all.reduce((sum, { weight }) => sum + weight, 0),
  };
}

export function accountOf(ledger: Ledger, guest: string): Account | null {
  const slot = ledger.slots.get(guest);
  return slot === undefined ? null : (ledger.blocks[Math.floor(slot / BLOCK)]?.[slot % BLOCK] ?? null);
}

export function allAccounts({ blocks }: Ledger): readonly Account[] {
  return blocks.flat();
}

/** The ledger with this account in the place of the guest's account before. */
export function withAccount(ledger: Ledger, account: Account): Ledger {
  const before = accountOf(ledger, account.guest);
  const slot = before === null ? ledger.slots.size : (ledger.slots.get(account.guest) ?? 0);
  const nth = Math.floor(slot / BLOCK);
  const blocks = ledger.blocks.slice();
  const block = blocks[nth]?.slice() ?? [];
  block[slot % BLOCK] = account;
  blocks[nth] = block;
  return {
    slots: before === null ? new Map(ledger.slots).set(account.guest, slot) : ledger.slots,
    blocks,
    chargedBytes: ledger.chargedBytes + account.currentBytes - (before?.currentBytes ?? 0),
    wantedBytes: ledger.wantedBytes + wantOf(account) - (before === null ? 0 : wantOf(before)),
    weight: ledger.weight + account.weight - (before?.weight ?? 0),
  };
}

/** The ledger without a guest that was removed. */
export function withoutAccount(ledger: Ledger, guest: string): Ledger {
  return ledger.slots.has(guest) ? ledgerOf(allAccounts(ledger).filter((account) => account.guest !== guest)) : ledger;
}

function wantOf({ isFixed, currentBytes, floorBytes, goalBytes }: Account): number {
  return isFixed ? currentBytes : Math.max(floorBytes, goalBytes);
}
