import type { Problem } from "../core/errors.ts";
import type { Turn } from "../core/journal-record.ts";
import type { Journal } from "./journal.ts";

/** Different problems that are told of a guest before it is well again. */
const MAX_TOLD = 8;

/** Tells what is wrong with one guest, each problem once until it is well again. */
export class FaultLog {
  /** What went wrong last; null while the guest is well. */
  problem: Problem | null = null;
  private readonly guest: string;
  private readonly journal: Journal;
  private readonly told = new Set<string>();

  constructor(guest: string, journal: Journal) {
    this.guest = guest;
    this.journal = journal;
  }

  /** The guest was read, and moved if it had to be. */
  clear(): void {
    this.problem = null;
    this.told.clear();
  }

  /** Something went wrong; `turn` is its place where it changed what is remembered, and then it is recorded in any case. */
  tell(problem: Problem, turn: Turn | null): void {
    this.problem = problem;
    const { code, details, message } = problem;
    const isRepeated = this.told.has(message) || this.told.size >= MAX_TOLD;
    if (isRepeated && turn === null) return;
    if (!isRepeated) this.told.add(message);
    const place = { turn: turn?.turn ?? null, nowMs: turn?.nowMs ?? null };
    this.journal.add({ kind: "fault", guest: this.guest, code, details, problem: message, isRepeated, ...place });
  }
}
