import { type BalloonSight, hostFreePages, mib, sightOf, sum } from "./balloons.ts";
import { type HostSight, hostPolicy, type Stepped } from "./policy.ts";

/** Constants of qmemman and of the guest's meminfo-writer. */
const CACHE_FACTOR = 1.3;
const MIN_PREFERRED_PAGES = mib(200);
const LEFT_PAGES = mib(50);
/** Xen needs some of what is free to manage the rest. */
const OVERHEAD_FACTOR = 1 / 1.00781;
const ROUNDING = 0.999;
const MIN_DONATION_PAGES = mib(10);
const MIN_GAIN_PAGES = mib(15);
const MIN_TRANSFER_PAGES = mib(150);
const REPORT_PAGES = Math.floor(30_000 / 4);
const NEAR_REPORT_PAGES = Math.floor(15_000 / 4);
/** A guest that uses more than this share of its memory reports smaller rises. */
const NEAR_SHARE = 10 / 13;

/** What is known of each guest. */
interface Known {
  /** Its last report of what it uses. */
  readonly usedPages: number;
  /** What was set last; 0 if nothing was. */
  readonly targetPages: number;
}

type State = ReadonlyMap<string, Known>;

interface Member {
  readonly name: string;
  readonly maxPages: number;
  readonly preferredPages: number;
  /** What it has, or was given last and does not have yet. */
  readonly actualPages: number;
}

function step(before: State, host: HostSight): Stepped<State, readonly (number | null)[]> {
  const sights = host.guests.map(sightOf);
  const present = sights.filter((sight) => sight !== null);
  const state = new Map(present.map((sight) => [sight.name, report(before.get(sight.name), sight)]));
  const nothing = { state, result: sights.map(() => null) };
  if (present.every(({ name }) => state.get(name)?.usedPages === before.get(name)?.usedPages)) return nothing;
  const members = present.map((sight) => memberOf(sight, state.get(sight.name)));
  const assignedPages =
    sum(members.map(({ actualPages }) => actualPages)) - sum(present.map((one) => one.currentPages));
  const freePages = hostFreePages(host) * OVERHEAD_FACTOR - assignedPages;
  const targets = balance(members, freePages);
  if (!isWorthIt(members, targets, freePages)) return nothing;
  for (const [name, targetPages] of targets) {
    const known = state.get(name);
    if (known !== undefined) state.set(name, { ...known, targetPages });
  }
  return { state, result: sights.map((sight) => (sight === null ? null : (targets.get(sight.name) ?? null))) };
}

function memberOf({ name, maxPages, currentPages }: BalloonSight, known: Known | undefined): Member {
  const { usedPages, targetPages } = known ?? { usedPages: 0, targetPages: 0 };
  const preferredPages = Math.max(MIN_PREFERRED_PAGES, Math.min(usedPages * CACHE_FACTOR, maxPages));
  return { name, maxPages, preferredPages, actualPages: Math.max(currentPages, targetPages) };
}

/** What the guest's agent has told last: small changes are not told. */
function report(before: Known | undefined, sight: BalloonSight): Known {
  const usedPages = sight.currentPages - sight.availablePages + sight.swappedPages;
  if (before === undefined) return { usedPages, targetPages: 0 };
  const changePages = usedPages - before.usedPages;
  const isNear = usedPages > sight.currentPages * NEAR_SHARE && changePages > NEAR_REPORT_PAGES;
  return Math.abs(changePages) > REPORT_PAGES || isNear ? { ...before, usedPages } : before;
}

/** All memory of the host is handed out, in proportion to what the guests prefer; if it is short, some give to others. */
function balance(members: readonly Member[], freePages: number): ReadonlyMap<string, number> {
  const needs = sum(members.map((member) => member.preferredPages - member.actualPages));
  const sparePages = freePages - LEFT_PAGES - needs;
  return sparePages > 0 ? handOut(members, sparePages) : squeeze(members, freePages);
}

function handOut(members: readonly Member[], sparePages: number): ReadonlyMap<string, number> {
  const preferred = sum(members.map(({ preferredPages }) => preferredPages));
  const targets = new Map<string, number>();
  let leftPages = 0;
  for (const { name, preferredPages, maxPages } of members) {
    const pages = Math.floor(ROUNDING * preferredPages * (1 + sparePages / preferred));
    leftPages += Math.max(0, pages - maxPages);
    targets.set(name, Math.min(maxPages, pages));
  }
  // Each pass fills a guest, or is the last one.
  for (let pass = 0; pass < members.length && leftPages > 0; pass += 1) leftPages = share(members, targets, leftPages);
  return targets;
}

/** Give what went over the maxima of some in equal parts to the others. Returns what goes over theirs. */
function share(members: readonly Member[], targets: Map<string, number>, leftPages: number): number {
  const open = members.filter(({ name, maxPages }) => (targets.get(name) ?? 0) < maxPages);
  const eachPages = Math.floor((ROUNDING * leftPages) / Math.max(1, open.length));
  let overPages = 0;
  for (const { name, maxPages } of open) {
    const pages = (targets.get(name) ?? 0) + eachPages;
    overPages += Math.max(0, pages - maxPages);
    targets.set(name, Math.min(maxPages, pages));
  }
  return overPages;
}

/**
 * Donors go to what they prefer. As in qmemman their surplus is subtracted from what is free and not added, so acceptors get
 * something only where more than that is free.
 */
function squeeze(members: readonly Member[], freePages: number): ReadonlyMap<string, number> {
  const surplusOf = ({ actualPages, preferredPages }: Member): number => actualPages - preferredPages;
  const donors = members.filter((member) => surplusOf(member) >= MIN_DONATION_PAGES);
  const targets = new Map(donors.map(({ name, preferredPages }) => [name, Math.floor(preferredPages)]));
  const squeezedPages = freePages - LEFT_PAGES - sum(donors.map(surplusOf));
  if (squeezedPages < 0) return targets;
  const acceptors = members.filter((member) => surplusOf(member) <= 0 && member.actualPages < member.maxPages);
  const preferred = sum(acceptors.map(({ preferredPages }) => preferredPages));
  for (const { name, actualPages, preferredPages, maxPages } of acceptors) {
    const pages = Math.floor(ROUNDING * (actualPages + (preferredPages / preferred) * squeezedPages));
    targets.set(name, Math.min(maxPages, pages));
  }
  return targets;
}

/** Moves that bring little are not made. */
function isWorthIt(members: readonly Member[], targets: ReadonlyMap<string, number>, freePages: number): boolean {
  if (freePages < LEFT_PAGES - MIN_GAIN_PAGES) return true;
  const moves = members.map((member) => (targets.get(member.name) ?? member.actualPages) - member.actualPages);
  const helps = members.some(
    (member, nth) => member.actualPages < member.preferredPages && (moves[nth] ?? 0) > MIN_GAIN_PAGES,
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
