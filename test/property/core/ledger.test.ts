import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Account, openAccount } from "../../../src/core/host/account.ts";
import { accountOf, allAccounts, EMPTY_LEDGER, withAccount, withoutAccount } from "../../../src/core/host/ledger.ts";
import { NO_LIMITS } from "../../../src/core/limits.ts";

/** More names than one block of accounts holds. */
const name = fc.nat(80).map((nth) => `guest-${nth}`);

const change = fc.record({
  guest: name,
  isRemoved: fc.boolean(),
  currentBytes: fc.nat(2 ** 40),
  floorBytes: fc.nat(2 ** 40),
  goalBytes: fc.nat(2 ** 40),
  isFixed: fc.boolean(),
});

const wantOf = ({ isFixed, currentBytes, floorBytes, goalBytes }: Account): number =>
  isFixed ? currentBytes : Math.max(floorBytes, goalBytes);

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const byName = (accounts: readonly Account[]): readonly Account[] =>
  [...accounts].sort((a, b) => (a.guest < b.guest ? -1 : 1));

describe("a ledger", () => {
  it("holds what a plain map would hold, with sums that agree with its accounts", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300 }), (changes) => {
        const plain = new Map<string, Account>();
        let ledger = EMPTY_LEDGER;
        for (const { guest, isRemoved, currentBytes, floorBytes, goalBytes, isFixed } of changes) {
          const opened = openAccount(guest, { currentBytes, maximumBytes: currentBytes }, NO_LIMITS, isFixed);
          const account = { ...opened, floorBytes, goalBytes };
          if (isRemoved) plain.delete(guest);
          else plain.set(guest, account);
          ledger = isRemoved ? withoutAccount(ledger, guest) : withAccount(ledger, account);
          expect(accountOf(ledger, guest)).toBe(plain.get(guest) ?? null);
        }
        const all = [...plain.values()];
        expect(byName(allAccounts(ledger))).toEqual(byName(all));
        expect(ledger.chargedBytes).toBe(sumOf(all.map(({ currentBytes }) => currentBytes)));
        expect(ledger.wantedBytes).toBe(sumOf(all.map(wantOf)));
      }),
    );
  });

  it("is never changed by what is made of it", () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 100 }), (changes) => {
        const account = ({ guest, currentBytes, isFixed }: (typeof changes)[number]): Account =>
          openAccount(guest, { currentBytes, maximumBytes: currentBytes }, NO_LIMITS, isFixed);
        const before = changes.reduce((ledger, one) => withAccount(ledger, account(one)), EMPTY_LEDGER);
        const copy = structuredClone(before);
        for (const one of changes) {
          withAccount(before, { ...account(one), currentBytes: 1 });
          withoutAccount(before, one.guest);
        }
        expect(before).toEqual(copy);
      }),
    );
  });
});
