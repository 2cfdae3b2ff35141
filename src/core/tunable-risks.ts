import type { TunableName } from "./tunables.ts";

/** A value of a tunable that is allowed, and that few mean. */
interface Risk {
  readonly name: TunableName;
  readonly isRisky: (value: number) => boolean;
  /** What comes of it. */
  readonly sentence: string;
}

const above = (limit: number) => (value: number) => value > limit;
const below = (limit: number) => (value: number) => value < limit;

const HOUR_S = 3600;
const TIB_MIB = 1_048_576;

/** More than any guest has: a slip of the keyboard, or bytes where MiB are meant. */
const HUGE = { isRisky: above(TIB_MIB), sentence: "That is more than 1 TiB; the unit is MiB." } as const;

/** Values that an operator is asked about, or told of, before they are set. */
const RISKS: readonly Risk[] = [
  {
    name: "guard",
    isRisky: (value) => value === 0,
    sentence:
      "Without the guard nothing keeps a guest from running short of memory, and its kernel may kill processes.",
  },
  {
    name: "selfballoon_interval",
    isRisky: above(HOUR_S),
    sentence: "Then more than an hour lies between two steps; the unit is seconds.",
  },
  {
    name: "selfballoon_downhysteresis",
    isRisky: above(1000),
    sentence: "Then a step takes less than a thousandth of the way, and next to nothing is saved.",
  },
  {
    name: "selfballoon_uphysteresis",
    isRisky: above(4),
    sentence: "Then a guest that needs memory gets less than a quarter of the way at a step.",
  },
  { name: "selfballoon_min_usable_mb", ...HUGE },
  { name: "selfballoon_reserved_mb", ...HUGE },
  {
    name: "frontswap_hysteresis",
    isRisky: above(10_000),
    sentence: "Then next to nothing comes back from compressed swap at a step.",
  },
  {
    name: "frontswap_inertia",
    isRisky: above(HOUR_S),
    sentence: "Then compressed swap stays as it is for thousands of steps.",
  },
  {
    name: "frontswap_cpu_percent",
    isRisky: above(50),
    sentence: "Then bringing pages back may use more than half of a processor.",
  },
  {
    name: "guard_headroom_mb",
    isRisky: below(16),
    sentence: "Then a guest whose demand rises may run short before its memory is back.",
  },
  { name: "guard_headroom_mb", ...HUGE },
  {
    name: "guard_emergency_mb",
    isRisky: below(8),
    sentence: "Then a guest gets its memory back only when it has all but run out.",
  },
  { name: "guard_emergency_mb", ...HUGE },
  {
    name: "guard_watch_ms",
    isRisky: above(2000),
    sentence:
      "Then a guest may be short of memory for more than two seconds before anybody looks; the unit is milliseconds.",
  },
  { name: "guard_allocatable_mb", ...HUGE },
];

/** What comes of a value that is allowed and that few mean, as a sentence; null if it is a usual one. */
export function riskOf(name: TunableName, value: number): string | null {
  return RISKS.find((risk) => risk.name === name && risk.isRisky(value))?.sentence ?? null;
}
