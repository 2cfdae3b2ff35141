import { createHash } from "node:crypto";
import { mutated, pick, type Random } from "./mutate.ts";
import type { Target } from "./target.ts";

/** No input may take longer. */
const SLOW_MS = 50;
/** One that did is tried again: it may have been the machine, or the collector of garbage. */
const SLOW_TRIES = 5;

const COUNTERS_AT_ONCE = 4;
const MAX_INPUTS = 2000;
const MAX_POOL_BYTES = 4 * 1024 * 1024;
const MAX_FINDINGS = 20;
/** Of what was new last, more is made than of the rest. */
const NEWEST = 32;

/** What is wrong with a target, and what shows it. */
export interface Finding {
  readonly target: string;
  readonly problem: string;
  readonly input: Buffer;
}

/** Tries inputs of its own making on one target, and makes more of those that take branches which none took before. */
export class Fuzzer {
  /** Inputs that were tried. */
  tried = 0;
  slowestMs = 0;
  readonly findings: Finding[] = [];
  private readonly target: Target;
  private readonly branches: Uint8Array;
  private readonly random: Random;
  private readonly seen: Uint8Array;
  /** The counters, four at a time: most are 0. */
  private readonly fours: Uint32Array;
  private readonly pool: Buffer[] = [];
  private poolBytes = 0;

  /** `branches` is where the target's code counts the branches that it takes. */
  constructor(target: Target, branches: Uint8Array, random: Random) {
    this.target = target;
    this.branches = branches;
    this.random = random;
    this.seen = new Uint8Array(branches.length);
    this.fours = new Uint32Array(branches.buffer, branches.byteOffset, branches.length / COUNTERS_AT_ONCE);
  }

  /** How many branches were taken by any input. */
  get branchesTaken(): number {
    return this.seen.reduce((taken, buckets) => taken + (buckets === 0 ? 0 : 1), 0);
  }

  /** The next input to try. */
  next(): Buffer {
    const { random, pool } = this;
    const parent = pick(random, random() < 0.5 ? pool.slice(-NEWEST) : pool) ?? Buffer.alloc(0);
    return mutated(random, parent, pick(random, pool) ?? parent, this.target.words, this.target.maxBytes);
  }

  /** Try an input. @returns whether it took a branch that none took before, or took one more often than any did. */
  async try(input: Buffer): Promise<boolean> {
    this.branches.fill(0);
    const tookMs = await this.run(input);
    this.tried += 1;
    this.slowestMs = Math.max(this.slowestMs, tookMs);
    if (tookMs > SLOW_MS && (await this.isSlow(input))) this.find(`takes ${tookMs.toFixed(0)} ms`, input);
    const isNew = this.look();
    if (isNew) this.add(input);
    return isNew;
  }

  /** The smallest of all inputs that together take all branches that were taken. */
  async smallest(): Promise<readonly Buffer[]> {
    this.seen.fill(0);
    const kept: Buffer[] = [];
    for (const input of [...this.pool].sort((a, b) => a.length - b.length)) {
      this.branches.fill(0);
      await this.run(input);
      if (this.look()) kept.push(input);
    }
    return kept;
  }

  private async run(input: Buffer): Promise<number> {
    const beganMs = performance.now();
    try {
      await this.target.take(input);
    } catch (thrown) {
      if (!this.target.mayThrow(thrown)) this.find(`throws ${String(thrown).slice(0, 300)}`, input);
    }
    return performance.now() - beganMs;
  }

  private async isSlow(input: Buffer): Promise<boolean> {
    let leastMs = Number.POSITIVE_INFINITY;
    for (let nth = 0; nth < SLOW_TRIES; nth += 1) leastMs = Math.min(leastMs, await this.run(input));
    return leastMs > SLOW_MS;
  }

  /** Each problem once: what differs in a message are numbers, for the most part. */
  private find(problem: string, input: Buffer): void {
    const kind = problem.replace(/\d+/g, "#").slice(0, 60);
    const isKnown = this.findings.some((found) => found.problem.replace(/\d+/g, "#").startsWith(kind));
    if (isKnown || this.findings.length >= MAX_FINDINGS) return;
    this.findings.push({ target: this.target.name, problem, input: Buffer.from(input) });
  }

  private add(input: Buffer): void {
    if (this.pool.length >= MAX_INPUTS || this.poolBytes + input.length > MAX_POOL_BYTES) return;
    this.pool.push(Buffer.from(input));
    this.poolBytes += input.length;
  }

  /** Take note of the branches just taken. @returns whether any is new, or was taken so often for the first time. */
  private look(): boolean {
    const { fours } = this;
    let isNew = false;
    for (let four = 0; four < fours.length; four += 1) {
      if (fours[four] === 0) continue;
      for (let nth = 0; nth < COUNTERS_AT_ONCE; nth += 1) isNew = this.note(four * COUNTERS_AT_ONCE + nth) || isNew;
    }
    return isNew;
  }

  /** Counts are told apart by their powers of two. */
  private note(counter: number): boolean {
    const count = this.branches[counter] ?? 0;
    const before = this.seen[counter] ?? 0;
    const after = count === 0 ? before : before | (1 << (31 - Math.clz32(count)));
    this.seen[counter] = after;
    return after !== before;
  }
}

/** What a file with this input may be called. */
export function nameOf(input: Buffer): string {
  return createHash("sha256").update(input).digest("hex").slice(0, 16);
}
