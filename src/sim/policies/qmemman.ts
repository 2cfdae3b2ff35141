import { type BalloonSight, clamp, hostFreePages, mib, sightOf, sum } from "./balloons.ts";
import { type HostSight, hostPolicy, type Stepped } from "./policy.ts";

/** Constants of qmemman and of the guest's meminfo-writer. */
const CACHE_FACTOR = 1.3;
const MIN_PREFERRED_PAGES = mib(200);
const LEFT_PAGES = mib(50);
const ROUNDING = 0.999;
const MIN_DONATION_PAGES = mib(10);
const MIN_GAIN_PAGES = mib(15);
const MIN_TRANSFER_PAGES = mib(150);
const REPORT_PAGES = Math.floor(30_000 / 4);
const NEAR_REPORT_PAGES = Math.floor(15_000 / 4);
/** A guest that uses more than this share of its memory reports smaller rises. */
const NEAR_SHARE = 10 / 13;

/** What is known of each guest: the last report of what it uses. */
type State = ReadonlyMap<string, number>;

interface Member extends BalloonSight {
  readonly preferredPages: number;
}

function step(before: State, host: HostSight): Stepped<State, readonly (number | null)[]> {
  const sights = host.guests.map(sightOf);
  const present = sights.filter((sight) => sight !== null);
  const state = new Map(present.map((sight) => [sight.name, report(before.get(sight.name), sight)]));
  const nothing = { state, result: sights.map(() => null) };
  if (present.every(({ name }) => state.get(name) === before.get(name))) return nothing;
  const members = present.map((sight) => ({
    ...sight,
    preferredPages: clamp((state.get(sight.name) ?? 0) * CACHE_FACTOR, MIN_PREFERRED_PAGES, sight.maxPages),
  }));
  const freePages = hostFreePages(host);
  const targets = balance(members, freePages);
  if (!isWorthIt(members, targets, freePages)) return nothing;
  return { state, result: sights.map((sight) => (sight === null ? null : (targets.get(sight.name) ?? null))) };
}

/** What the guest's agent has told last: small changes are not told. */
function report(lastPages: number | undefined, sight: BalloonSight): number {
  const usedPages = sight.currentPages - sight.availablePages + sight.swappedPages;
  if (lastPages === undefined) return usedPages;
  const changePages = usedPages - lastPages;
  const isNear = usedPages > sight.currentPages * NEAR_SHARE && changePages > NEAR_REPORT_PAGES;
  return Math.abs(changePages) > REPORT_PAGES || isNear ? usedPages : lastPages;
}

/** All memory of the host is handed out, in proportion to what the guests prefer; if it is short, some give to others. */
function balance(members: readonly Member[], freePages: number): ReadonlyMap<string, number> {
  const needs = sum(members.map((member) => member.preferredPages - member.currentPages));
  const sparePages = freePages - LEFT_PAGES - needs;
  return sparePages > 0 ? handOut(members, sparePages) : squeeze(members, freePages);
}

function handOut(members: readonly Member[], sparePages: number): ReadonlyMap<string, number> {
  const preferred = sum(members.map(({ preferredPages }) => preferredPages));
  const shares = members.map((member) => ROUNDING * member.preferredPages * (1 + sparePages / preferred));
  const cut = members.map((member, nth) => Math.min(member.maxPages, shares[nth] ?? 0));
  const restPages = sum(shares) - sum(cut);
  const open = members.filter((member, nth) => (cut[nth] ?? 0) < member.maxPages).length;
  return new Map(
    members.map((member, nth) => {
      const pages = cut[nth] ?? 0;
      const more = pages < member.maxPages ? restPages / open : 0;
      return [member.name, Math.floor(Math.min(member.maxPages, pages + more))];
    }),
  );
}

function squeeze(members: readonly Member[], freePages: number): ReadonlyMap<string, number> {
  const isDonor = (member: Member): boolean => member.currentPages - member.preferredPages >= MIN_DONATION_PAGES;
  const acceptors = members.filter((member) => member.preferredPages > member.currentPages);
  const donated = sum(members.filter(isDonor).map(({ currentPages, preferredPages }) => currentPages - preferredPages));
  const squeezedPages = Math.max(0, freePages - LEFT_PAGES + donated);
  const preferred = sum(acceptors.map(({ preferredPages }) => preferredPages));
  return new Map([
    ...members.filter(isDonor).map(({ name, preferredPages }) => [name, Math.floor(preferredPages)] as const),
    ...acceptors.map(
      ({ name, currentPages, preferredPages, maxPages }) =>
        [name, Math.floor(Math.min(maxPages, currentPages + (preferredPages / preferred) * squeezedPages))] as const,
    ),
  ]);
}

/** Moves that bring little are not made. */
function isWorthIt(members: readonly Member[], targets: ReadonlyMap<string, number>, freePages: number): boolean {
  if (freePages < LEFT_PAGES - MIN_GAIN_PAGES) return true;
  const moves = members.map((member) => (targets.get(member.name) ?? member.currentPages) - member.currentPages);
  const helps = members.some(
    (member, nth) => member.currentPages < member.preferredPages && (moves[nth] ?? 0) > MIN_GAIN_PAGES,
  );
  return helps || sum(moves.map(Math.abs)) + Math.abs(freePages - LEFT_PAGES) > MIN_TRANSFER_PAGES;
}

/** The memory manager of Qubes OS. */
export const qmemman = hostPolicy<State>({
  summary: "Each guest prefers 1.3 times what it uses; all the host's memory is handed out in proportion, at once.",
  source: "qubes-core-admin's qmemman and meminfo-writer (2026); donors and acceptors move at the same time",
  intervalMs: 100,
  initial: new Map(),
  step,
});
