import { type GuestTerms, PRIORITIES } from "./limits.ts";

/** What may be said of a guest: a whole number, or one of these words. */
export type Accepts =
  | { readonly kind: "whole"; readonly min: number; readonly max: number }
  | { readonly kind: "word"; readonly words: readonly [string, ...string[]] };

/** One of a guest's terms, declared once: the configuration's keys, `set --guest` and the API's derive from it. */
export interface TermRow {
  /** As the operator writes it. */
  readonly name: string;
  readonly term: keyof GuestTerms;
  readonly unit: "" | "MiB";
  readonly accepts: Accepts;
  readonly summary: string;
}

/** A term as the operator sees it; null: none. */
export type TermValue = number | boolean | string | null;

/** 16 TiB: more than any host has. */
export const MAX_MB = 16_777_216;

/** What the operator may say of one guest of a host besides tunables, in the order in which it is shown. */
export const TERMS = [
  {
    name: "managed",
    term: "isManaged",
    unit: "",
    accepts: { kind: "word", words: ["true", "false"] },
    summary:
      "Whether its balloon is moved; one that is not is only shown. true for guests that the configuration names.",
  },
  {
    name: "min_mb",
    term: "minMb",
    unit: "MiB",
    accepts: { kind: "whole", min: 1, max: MAX_MB },
    summary: "The least that the balloon leaves it.",
  },
  {
    name: "max_mb",
    term: "maxMb",
    unit: "MiB",
    accepts: { kind: "whole", min: 1, max: MAX_MB },
    summary: "The most that the balloon gives it. Lowered below what it has, it goes down as memory comes free.",
  },
  {
    name: "weight",
    term: "weight",
    unit: "",
    accepts: { kind: "whole", min: 1, max: 1000 },
    summary: "Its share beside the others' of its priority where the host is short.",
  },
  {
    name: "priority",
    term: "priority",
    unit: "",
    accepts: { kind: "word", words: PRIORITIES },
    summary:
      "Who gives first where the host is short, needs memory or keeps some free: best_effort, then normal, then protected.",
  },
] as const satisfies readonly TermRow[];

/** The row of `name`; null if there is no such term. */
export function findTerm(name: string): TermRow | null {
  return TERMS.find((row) => row.name === name) ?? null;
}

/** Read what the operator wrote; null if the row does not accept it. */
export function readTerm({ term, accepts }: TermRow, text: string): Partial<GuestTerms> | null {
  if (accepts.kind === "word") {
    if (!accepts.words.includes(text)) return null;
    return { [term]: term === "isManaged" ? text === "true" : text };
  }
  if (!/^[0-9]{1,10}$/.test(text)) return null;
  const value = Number(text);
  return value >= accepts.min && value <= accepts.max ? { [term]: value } : null;
}

/** The terms that a section says by their names; what no row accepts is passed over. */
export function termsSaid(section: Readonly<Record<string, unknown>>): Partial<GuestTerms> {
  const said = TERMS.filter(({ name }) => section[name] !== undefined);
  return Object.assign({}, ...said.map((row) => readTerm(row, String(section[row.name])) ?? {}));
}

/** What a row accepts, in words. */
export function describeTerm({ accepts }: TermRow): string {
  if (accepts.kind === "whole") return `a whole number from ${accepts.min} to ${accepts.max}`;
  return accepts.words.length === 2 ? accepts.words.join(" or ") : `one of ${accepts.words.join(", ")}`;
}

/** Whether the least that these leave a guest is at most the most that they give it. */
export function areConsistent({ minMb, maxMb }: Partial<GuestTerms>): boolean {
  return minMb === undefined || maxMb === undefined || maxMb === null || minMb <= maxMb;
}
