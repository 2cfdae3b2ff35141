import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grantedBytes } from "../../../src/core/host/budget.ts";
import { type Claim, entitlements } from "../../../src/core/host/entitlement.ts";
import { PRIORITIES } from "../../../src/core/limits.ts";

const BYTES = 2 ** 40;

const claimWith = (guest: string) =>
  fc.record<Claim>({
    guest: fc.constant(guest),
    currentBytes: fc.nat(BYTES),
    floorBytes: fc.nat(BYTES / 1024),
    goalBytes: fc.nat(BYTES),
    weight: fc.integer({ min: 1, max: 1000 }),
    priority: fc.constantFrom(...PRIORITIES),
    activeShare: fc.double({ min: -1, max: 2, noNaN: true }),
    isFixed: fc.boolean(),
  });

const claims = fc
  .integer({ min: 0, max: 12 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => claimWith(`guest-${index}`))));

const sumOf = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0);
const firstOf = ({ isFixed, currentBytes, floorBytes }: Claim): number => (isFixed ? currentBytes : floorBytes);
/** What guests up to the priority of `claim` use beyond their floors: so much one of them may have, as they share it. */
const usedBeside = (all: readonly Claim[], { isFixed, priority }: Claim): number =>
  isFixed
    ? 0
    : sumOf(all.filter((one) => PRIORITIES.indexOf(one.priority) <= PRIORITIES.indexOf(priority)).map(usedOf));
const usedOf = ({ isFixed, currentBytes, goalBytes, floorBytes, activeShare }: Claim): number =>
  isFixed ? 0 : Math.max(0, Math.min(currentBytes * Math.min(1, Math.max(0, activeShare)), goalBytes) - floorBytes);
const maxOf = (claim: Claim): number =>
  claim.isFixed ? claim.currentBytes : Math.max(claim.floorBytes, claim.goalBytes);

describe("sharing a host", () => {
  it("never hands out more than the host has, once everybody has its floor", () => {
    fc.assert(
      fc.property(claims, fc.nat(BYTES), (all, moreBytes) => {
        const hostBytes = sumOf(all.map(firstOf)) + moreBytes;
        expect(sumOf(entitlements(hostBytes, all).values())).toBeLessThanOrEqual(hostBytes);
      }),
    );
  });

  it("gives nobody less than its floor, nor more than it wants, and leaves alone whom it must", () => {
    fc.assert(
      fc.property(claims, fc.nat(4 * BYTES), (all, hostBytes) => {
        const entitled = entitlements(hostBytes, all);
        for (const claim of all) {
          const bytes = entitled.get(claim.guest);
          expect(Number.isSafeInteger(bytes)).toBe(true);
          expect(bytes).toBeGreaterThanOrEqual(firstOf(claim));
          expect(bytes).toBeLessThanOrEqual(maxOf(claim));
        }
      }),
    );
  });

  it("leaves nothing lying about that somebody wants", () => {
    fc.assert(
      fc.property(claims, fc.nat(BYTES), (all, moreBytes) => {
        const hostBytes = sumOf(all.map(firstOf)) + moreBytes;
        const handedOut = sumOf(entitlements(hostBytes, all).values());
        expect(handedOut).toBeGreaterThanOrEqual(Math.min(hostBytes, sumOf(all.map(maxOf))) - all.length);
      }),
    );
  });

  it("gives nobody more than its floor and what it uses while one of a higher priority lacks some of its goal", () => {
    fc.assert(
      fc.property(claims, fc.nat(4 * BYTES), (all, hostBytes) => {
        const entitled = entitlements(hostBytes, all);
        const rank = ({ priority }: Claim): number => PRIORITIES.indexOf(priority);
        const lacks = all.filter((claim) => maxOf(claim) - (entitled.get(claim.guest) ?? 0) > all.length);
        const highest = Math.max(-1, ...lacks.map(rank));
        for (const claim of all)
          if (rank(claim) < highest)
            expect(entitled.get(claim.guest)).toBeLessThanOrEqual(firstOf(claim) + usedBeside(all, claim) + all.length);
      }),
    );
  });

  it("entitles nobody to what a guest of a lower priority uses: those of its own priority give instead", () => {
    const claim = { floorBytes: 0, weight: 1, isFixed: false, activeShare: 1 } as const;
    const protectedOnes = ["a", "b"].map((guest, nth): Claim => {
      return { ...claim, guest, priority: "protected", currentBytes: nth * 600, goalBytes: 600 };
    });
    const lower: Claim = { ...claim, guest: "c", priority: "best_effort", currentBytes: 400, goalBytes: 400 };
    expect(entitlements(1000, [...protectedOnes, lower])).toEqual(
      new Map([
        ["a", 300],
        ["b", 300],
        ["c", 400],
      ]),
    );
    const idle = { ...lower, activeShare: 0.5 };
    expect(entitlements(1000, [...protectedOnes, idle])).toEqual(
      new Map([
        ["a", 400],
        ["b", 400],
        ["c", 200],
      ]),
    );
  });

  it("does not depend on the order of the guests", () => {
    const shuffled = claims.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, fc.nat(4 * BYTES), ([all, mixed], hostBytes) => {
        const entitled = entitlements(hostBytes, all);
        const again = entitlements(hostBytes, mixed);
        for (const { guest } of all) expect(again.get(guest)).toBe(entitled.get(guest));
      }),
    );
  });

  it("gives the heavier of two guests that are alike at least as much, in proportion where neither is full", () => {
    const weight = fc.integer({ min: 1, max: 1000 });
    fc.assert(
      fc.property(claimWith("a"), weight, weight, fc.nat(2 * BYTES), (claim, light, more, hostBytes) => {
        const like = { ...claim, isFixed: false };
        const entitled = entitlements(hostBytes, [
          { ...like, guest: "light", weight: light },
          { ...like, guest: "heavy", weight: light + more },
        ]);
        const aboveFloor = (guest: string): number => (entitled.get(guest) ?? 0) - like.floorBytes;
        expect(aboveFloor("heavy")).toBeGreaterThanOrEqual(aboveFloor("light") - 1);
        if (aboveFloor("heavy") < like.goalBytes - like.floorBytes)
          expect(aboveFloor("heavy") * light).toBeLessThanOrEqual((aboveFloor("light") + 2) * (light + more));
      }),
    );
  });

  it("gives a guest whose memory is idle no more than one alike that uses it", () => {
    fc.assert(
      fc.property(claimWith("a"), fc.nat(2 * BYTES), (claim, hostBytes) => {
        const like = { ...claim, isFixed: false };
        const entitled = entitlements(hostBytes, [
          { ...like, guest: "idle", activeShare: 0 },
          { ...like, guest: "busy", activeShare: 1 },
        ]);
        expect(entitled.get("idle")).toBeLessThanOrEqual((entitled.get("busy") ?? 0) + 1);
      }),
    );
  });
});

describe("granting memory", () => {
  const wishes = fc.array(fc.record({ guest: fc.nat(5), wantedBytes: fc.nat(1000), isEmergency: fc.boolean() }), {
    maxLength: 100,
  });

  it("never brings the sum above the host, nor into the reserve but in an emergency", () => {
    fc.assert(
      fc.property(wishes, fc.nat(2000), fc.nat(500), (all, memoryBytes, reserveBytes) => {
        const have = new Map<number, number>();
        for (const { guest, wantedBytes, isEmergency } of all) {
          const before = sumOf(have.values());
          const ownBytes = have.get(guest) ?? 0;
          const maxBytes = grantedBytes({ memoryBytes, reserveBytes }, before, ownBytes, Number(isEmergency));
          have.set(guest, Math.min(wantedBytes, maxBytes));
          const usableBytes = memoryBytes - (isEmergency ? 0 : reserveBytes);
          expect(sumOf(have.values())).toBeLessThanOrEqual(Math.max(before, usableBytes));
        }
        expect(sumOf(have.values())).toBeLessThanOrEqual(memoryBytes);
      }),
    );
  });
});
