import type { Account } from "./host-account.ts";

/** The accounts of a host's guests, with sums that cost nothing to read. */
export class HostLedger {
  private readonly accounts = new Map<string, Account>();
  private charged = 0;
  private wanted = 0;
  private unballooned = 0;

  /** What the balloons of all guests leave them or were told to. */
  get chargedBytes(): number {
    return this.charged;
  }

  /** What all guests have besides. */
  get unballoonedBytes(): number {
    return this.unballooned;
  }

  /** What all guests want, or at least must have. */
  get wantedBytes(): number {
    return this.wanted;
  }

  get(guest: string): Account | null {
    return this.accounts.get(guest) ?? null;
  }

  all(): readonly Account[] {
    return [...this.accounts.values()];
  }

  /** Replace a guest's account; null: it is gone. */
  set(guest: string, account: Account | null): void {
    const before = this.get(guest);
    this.charged += (account?.currentBytes ?? 0) - (before?.currentBytes ?? 0);
    this.unballooned += (account?.unballoonedBytes ?? 0) - (before?.unballoonedBytes ?? 0);
    this.wanted += wantOf(account) - wantOf(before);
    if (account === null) this.accounts.delete(guest);
    else this.accounts.set(guest, account);
  }
}

function wantOf(account: Account | null): number {
  if (account === null) return 0;
  return account.leftAlone ? account.currentBytes : Math.max(account.floorBytes, account.goalBytes);
}
