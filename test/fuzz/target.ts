import { SelfballoonError } from "../../src/core/errors.ts";

/** What is fuzzed: code of ours that takes what others say. */
export interface Target {
  readonly name: string;
  /** The files of `src` that it puts to the test. */
  readonly files: readonly string[];
  /** Take any bytes at all, as if a file, a guest or a peer had said them; throws also if what comes of them can't be. */
  readonly take: (bytes: Buffer) => unknown;
  /** Whether the code may refuse bytes with this. */
  readonly mayThrow: (thrown: unknown) => boolean;
  /** Real things that it takes: others are made of them. */
  readonly seeds: readonly Buffer[];
  /** What has a meaning to it. */
  readonly words: readonly string[];
  /** The longest input. */
  readonly maxBytes: number;
}

const MAX_BYTES = 8192;

type Taken = Pick<Target, "name" | "files"> & Partial<Target>;

/** A target that takes bytes. */
export function bytesTarget(take: (bytes: Buffer) => unknown, of: Taken): Target {
  const mayThrow = (thrown: unknown): boolean => thrown instanceof SelfballoonError;
  return { take, mayThrow, seeds: [], words: [], maxBytes: MAX_BYTES, ...of };
}

/** A target that takes text, a character for each byte. */
export function textTarget(take: (text: string) => unknown, of: Taken): Target {
  return bytesTarget((bytes) => take(bytes.toString("latin1")), of);
}
