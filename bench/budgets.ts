/** One budget: what is measured, and how much or how little of it there may be. */
export interface Budget {
  readonly what: string;
  /** `most`: the figure may be at most the limit; `least`: at least. */
  readonly bound: "most" | "least";
  readonly limit: number;
  readonly unit: string;
}

/** Every budget that selfballoon has. None of them is a timed test: `npm run bench` prints how things stand. */
export const BUDGETS = {
  step: { what: "one pure step, over the same law in C at -O2", bound: "most", limit: 3, unit: "x" },
  guestMemory: { what: "daemon in a guest: RSS over a bare Node process", bound: "most", limit: 8, unit: "MiB" },
  guestCpu: { what: "daemon in a guest: CPU with the watch", bound: "most", limit: 0.5, unit: "% of a core" },
  start: { what: "start to first decision", bound: "most", limit: 300, unit: "ms" },
  reaction: { what: "demand rises to memory requested", bound: "most", limit: 150, unit: "ms" },
  idleGuest: { what: "idle Xen guest from 5 GiB to 900 MiB", bound: "most", limit: 3, unit: "min" },
  simulator: { what: "simulator, kernel model included", bound: "least", limit: 1_000_000, unit: "guest-steps/s" },
  swapPages: { what: "swapped pages back, page by page", bound: "least", limit: 2500, unit: "pages/s of a core" },
  swapSlices: { what: "swapped pages back, by slices", bound: "least", limit: 2500, unit: "pages/s of a core" },
  hostCpu: { what: "daemon on a host of 1,000 guests at 1 s: CPU", bound: "most", limit: 15, unit: "% of a core" },
  hostMemory: { what: "daemon on a host of 1,000 guests at 1 s: RSS", bound: "most", limit: 150, unit: "MiB" },
  hostLateness: { what: "daemon on a host: the latest decision", bound: "most", limit: 250, unit: "ms" },
  qmpCpu: { what: "the same over 1,000 QMP sockets: CPU", bound: "most", limit: 15, unit: "% of a core" },
  qmpMemory: { what: "the same over 1,000 QMP sockets: RSS", bound: "most", limit: 150, unit: "MiB" },
  qmpLateness: { what: "the same over 1,000 QMP sockets: the latest decision", bound: "most", limit: 250, unit: "ms" },
  qmpFlood: { what: "QMP peers beside one that floods: p99 of a reading", bound: "most", limit: 2, unit: "x" },
  libvirtCall: { what: "a call to libvirt: virsh's CPU over ours", bound: "least", limit: 20, unit: "x" },
  libvirtCpu: { what: "daemon on 500 guests of libvirt's at 1 s: CPU", bound: "most", limit: 25, unit: "% of a core" },
  libvirtDemand: {
    what: "demand to memory asked for: libvirt over QEMU's sockets",
    bound: "most",
    limit: 1.1,
    unit: "x",
  },
  fleetCpu: {
    what: "a fleet's service, 1,000 hosts of 100 guests: CPU",
    bound: "most",
    limit: 100,
    unit: "% of a core",
  },
  fleetMemory: { what: "a fleet's service, 1,000 hosts of 100 guests: RSS", bound: "most", limit: 512, unit: "MiB" },
  fleetDelay: { what: "a fleet: a guest's change to the page", bound: "most", limit: 2000, unit: "ms" },
  memberCpu: { what: "a fleet's member of 100 guests: CPU for it", bound: "most", limit: 1, unit: "% of a core" },
  memberMemory: { what: "a fleet's member of 100 guests: RSS for it", bound: "most", limit: 10, unit: "MiB" },
  fleetPageUpdate: {
    what: "a fleet's page, 1,000 hosts of 100 guests: CPU",
    bound: "most",
    limit: 25,
    unit: "% of a core",
  },
  fleetPageTask: {
    what: "a fleet's page, 1,000 hosts of 100 guests: the longest task",
    bound: "most",
    limit: 100,
    unit: "ms",
  },
  pageWeight: { what: "the page: weight, compressed", bound: "most", limit: 150, unit: "KiB" },
  pagePaint: { what: "the page: first paint", bound: "most", limit: 1000, unit: "ms" },
  pageUpdate: { what: "the page of 1,000 guests at 1 s: CPU", bound: "most", limit: 25, unit: "% of a core" },
} as const satisfies Record<string, Budget>;

export type BudgetName = keyof typeof BUDGETS;

/** What was measured for one budget. */
export interface Figure {
  /** In the budget's unit; null if it can't be measured, and then the note says why. */
  readonly value: number | null;
  /** How it was measured, and what else there is to know. */
  readonly note: string;
}

/** Nothing was measured, because of `why`. */
export function pending(why: string): Figure {
  return { value: null, note: why };
}

/** A figure beside its budget. */
export interface Verdict extends Budget, Figure {
  readonly name: BudgetName;
  /** How much of the budget is used up: above 1 is over it. */
  readonly ratio: number | null;
  readonly verdict: "within" | "over" | "pending";
}

/** Judge a figure by its budget. */
export function judge(name: BudgetName, figure: Figure): Verdict {
  const budget: Budget = BUDGETS[name];
  if (figure.value === null) return { name, ...budget, ...figure, ratio: null, verdict: "pending" };
  const ratio = budget.bound === "most" ? figure.value / budget.limit : budget.limit / figure.value;
  return { name, ...budget, ...figure, ratio, verdict: ratio <= 1 ? "within" : "over" };
}
