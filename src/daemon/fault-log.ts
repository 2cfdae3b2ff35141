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

  /**
   * All that is wrong now, the most important first. Each is told once while it lasts, and of one connection one of a kind:
   * its texts may be anybody's.
   */
  tellAll(problems: readonly Problem[]): void {
    const now = new Set([...new Set(problems.map(problemKey))].slice(0, MAX_TOLD));
    for (const key of this.told) if (!now.has(key)) this.told.delete(key);
    this.problem = null;
    for (const problem of problems) this.tell(problem, null);
  }

  /** Something went wrong; `turn` is its place where it changed what is remembered, and then it is recorded in any case. */
  tell(problem: Problem, turn: Turn | null): void {
    this.problem = problem;
    const key = problemKey(problem);
    const { code, details, message } = problem;
    const isRepeated = this.told.has(key) || this.told.size >= MAX_TOLD;
    if (isRepeated && turn === null) return;
    if (!isRepeated) this.told.add(key);
    const place = { turn: turn?.turn ?? null, nowMs: turn?.nowMs ?? null };
    this.journal.add({ kind: "fault", guest: this.guest, code, details, problem: message, isRepeated, ...place });
  }
}

/** Problems of one key are one. */
export function problemKey({ code, details: { uri, connection = uri }, message }: Problem): string {
  return connection === undefined ? message : `${code} ${connection}`;
}
