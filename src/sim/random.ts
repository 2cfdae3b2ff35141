/**
 * A number in [0, 1) that looks random and depends on `seed` and `index` alone (both cut to 32 bits). Having no state,
 * it gives any moment of a workload without those before it. Mixing: the finaliser of MurmurHash3.
 */
export function noise(seed: number, index: number): number {
  let mixed = (seed + 0x6d2b79f5) ^ Math.imul(index + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
}

/** Noise without jumps: `noise` at the whole positions around `position`, and a straight line between them. */
export function smoothNoise(seed: number, position: number): number {
  const index = Math.floor(position);
  const before = noise(seed, index);
  return before + (noise(seed, index + 1) - before) * (position - index);
}
