/** Beyond this no number of ours is exact enough to be counted with. */
const MAX = 2 ** 53;

/** Each number in `value` must be one, from `min` to the largest that is exact. @throws Error for one that is not. */
export function requireNumbers(value: unknown, min = -MAX): void {
  if (typeof value === "number") {
    if (!(value >= min && value <= MAX)) throw new Error(`it gives the number ${value}`);
  } else if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) requireNumbers(part, min);
  }
}
