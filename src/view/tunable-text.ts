import type { TunableStatus } from "../core/control.ts";

const PER_GUEST = "10 % of each guest";

type Shown = Pick<TunableStatus, "name" | "value" | "default" | "source">;

/** Whether there is no one default for all: where there are several guests, start-up works this one out for each of them. */
function hasDefaultPerGuest({ name, default: byDefault }: Shown): boolean {
  return name === "selfballoon_reserved_mb" && byDefault === 0;
}

/** A tunable's value for all guests; null where each has its own. */
export function commonValue(tunable: Shown): number | null {
  return hasDefaultPerGuest(tunable) && tunable.source === "default" ? null : tunable.value;
}

/** The same in words. */
export function valueText(tunable: Shown, unit: string): string {
  const value = commonValue(tunable);
  return value === null ? PER_GUEST : `${value} ${unit}`.trim();
}

/** A tunable's default in words. */
export function defaultText(tunable: Shown): string {
  return hasDefaultPerGuest(tunable) ? PER_GUEST : String(tunable.default);
}
