/** What a tunable accepts: `switch` is 0 or 1, `count` a whole number within the row's range. */
export type TunableKind = "switch" | "count";

/** One tunable, declared once: every flag, key, metric, form and page of documentation derives from its row. */
export interface TunableRow {
  /** The name, spelt the same everywhere. The first nine are the Linux driver's sysfs files. */
  readonly name: string;
  readonly kind: TunableKind;
  /** Unit of the value; empty for switches and plain divisors. */
  readonly unit: "" | "s" | "ms" | "MiB" | "steps" | "%";
  /** The value where nothing else decides; `startRule` tells where start-up computes another. */
  readonly default: number;
  /** Least value a write to the driver's file may set. A default of 0 below it is reachable by `reset` there. */
  readonly min: number;
  /** True if the operator may choose 0 although the driver's file refuses it. */
  readonly takesZero: boolean;
  /** Greatest value a write may set. */
  readonly max: number;
  /** How start-up computes the default, in words; empty if it is just `default`. */
  readonly startRule: string;
  /** True if the tunable exists only where compressed swap is configured (specification, section 7). */
  readonly needsCompressedSwap: boolean;
  readonly summary: string;
}

/** Greatest value of a driver tunable; the driver cut larger ones to 32 bits, here they are refused. */
const UINT32_MAX = 4_294_967_295;

const common = { unit: "", takesZero: false, startRule: "", needsCompressedSwap: false } as const;
const count = { ...common, kind: "count", min: 1, max: UINT32_MAX } as const;
const toggle = { ...common, kind: "switch", min: 0, max: 1 } as const;

/** All tunables, in the order in which they are shown. */
export const TUNABLES = [
  {
    ...toggle,
    name: "selfballooning",
    default: 1,
    startRule: "in a guest 1 where compressed swap is configured, else 0; the boot options decide first",
    summary: "Move the balloon toward what the guest has committed.",
  },
  {
    ...count,
    name: "selfballoon_interval",
    unit: "s",
    default: 5,
    startRule: "1 with simulated guests, and on a host unless the policy is `driver`",
    summary: "Seconds between two steps. A change takes effect after the step already pending.",
  },
  {
    ...count,
    name: "selfballoon_downhysteresis",
    default: 8,
    summary: "On the way down a step covers 1/this of the distance to the goal.",
  },
  {
    ...count,
    name: "selfballoon_uphysteresis",
    default: 1,
    summary: "On the way up a step covers 1/this of the distance to the goal.",
  },
  {
    ...count,
    name: "selfballoon_min_usable_mb",
    unit: "MiB",
    default: 0,
    summary:
      "If set, the floor is the kernel's reserve plus this, instead of the floor computed from the guest's size.",
  },
  {
    ...count,
    name: "selfballoon_reserved_mb",
    unit: "MiB",
    default: 0,
    takesZero: true,
    startRule: "in a guest 10 % of the RAM that the guest has when the daemon starts",
    summary: "Room added to the goal for what committed memory does not count, such as the kernel's own.",
  },
  {
    ...toggle,
    name: "frontswap_selfshrinking",
    default: 1,
    startRule: "in a guest 1 where compressed swap is configured; the boot options decide first",
    needsCompressedSwap: true,
    summary: "Bring pages back from compressed swap once swapping has been quiet.",
  },
  {
    ...count,
    name: "frontswap_hysteresis",
    default: 20,
    needsCompressedSwap: true,
    summary: "A step of self-shrinking brings back 1/this of what is stored; at or below this many pages, all of it.",
  },
  {
    ...count,
    name: "frontswap_inertia",
    unit: "steps",
    default: 3,
    needsCompressedSwap: true,
    summary: "Steps without growth before self-shrinking begins. Writing it starts the count again.",
  },
  {
    ...count,
    name: "frontswap_cpu_percent",
    unit: "%",
    max: 100,
    default: 5,
    needsCompressedSwap: true,
    summary: "The most of one processor that self-shrinking may use.",
  },
  {
    ...toggle,
    name: "guard",
    default: 1,
    summary: "Correct the law where it would take memory that is in use. 0 leaves the law alone, as the driver did.",
  },
  {
    ...count,
    name: "guard_headroom_mb",
    unit: "MiB",
    default: 64,
    summary: "The guard leaves at least this much available; more where demand was seen to rise faster.",
  },
  {
    ...count,
    name: "guard_emergency_mb",
    unit: "MiB",
    default: 32,
    summary: "With less than this available the guest has all its memory back at once.",
  },
  {
    ...count,
    name: "guard_watch_ms",
    unit: "ms",
    min: 10,
    max: 60_000,
    default: 100,
    summary: "Between steps the guard looks at what is available this often.",
  },
  {
    ...count,
    name: "guard_allocatable_mb",
    unit: "MiB",
    default: 256,
    summary: "RAM and swap together stay at least this large: the kernel refuses larger single allocations.",
  },
] as const satisfies readonly TunableRow[];

export type TunableName = (typeof TUNABLES)[number]["name"];

/** The driver's own nine: each was a file. */
export const DRIVER_TUNABLES: readonly (TunableRow & { readonly name: TunableName })[] = TUNABLES.slice(0, 9);

/** A value for every tunable. */
export type Tunables = Readonly<Record<TunableName, number>>;

/** Every tunable at the default of its row: the driver of 2011 with both loops on. */
export const DEFAULT_TUNABLES: Tunables = Object.freeze(
  Object.fromEntries(TUNABLES.map((row) => [row.name, row.default])) as Record<TunableName, number>,
);

/** The row of `name`, or null if there is no such tunable. */
export function findTunable(name: string): (TunableRow & { readonly name: TunableName }) | null {
  return TUNABLES.find((row) => row.name === name) ?? null;
}

/** The values of `after` that `before` does not have. */
export function changedTunables(before: Tunables, after: Tunables): Partial<Tunables> {
  if (before === after) return {};
  const names = TUNABLES.filter(({ name }) => before[name] !== after[name]);
  return Object.fromEntries(names.map(({ name }) => [name, after[name]]));
}

/** The kernel's answers to a write, by their errno names. `ENOENT`: there is no such tunable here. */
export type WriteRefusal = "EINVAL" | "EPERM" | "ENOENT";

/** What came of a write: the value that it sets, or why it is refused. */
export type WriteResult =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly refusal: WriteRefusal };

/**
 * Judge a write by the driver's rules (specification, section 6): decimal digits, an optional leading `+`, one
 * optional trailing newline, within the row's range. The privilege is checked before the value. Nothing is changed.
 */
export function parseWrite(row: TunableRow, text: string, privileged: boolean): WriteResult {
  if (!privileged) return { ok: false, refusal: "EPERM" };
  const digits = /^\+?0*([0-9]{1,10})\n?$/.exec(text)?.[1];
  if (digits === undefined) return { ok: false, refusal: "EINVAL" };
  const value = Number(digits);
  if (value < row.min || value > row.max) return { ok: false, refusal: "EINVAL" };
  return { ok: true, value };
}

/**
 * Judge what the operator chose, in the configuration or by `set`: by the driver's rules, and besides them 0 where the row
 * takes it.
 */
export function parseChoice(row: TunableRow, text: string, privileged: boolean): WriteResult {
  return parseWrite({ ...row, min: minChoice(row) }, text, privileged);
}

/** The least value that the operator may choose. */
export function minChoice(row: TunableRow): number {
  return row.takesZero ? 0 : row.min;
}

/** The values that the operator may choose, in words: `0 or 1`, `a whole number from 1 to 4294967295`. */
export function describeRange(row: TunableRow): string {
  return row.kind === "switch" ? "0 or 1" : `a whole number from ${minChoice(row)} to ${row.max}`;
}
