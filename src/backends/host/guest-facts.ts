import type { AgentFacts } from "./examine-agent.ts";
import type { Hindrance } from "./hindrances.ts";

/** What a host knows of one of its guests, in so far as ballooning it depends on it. */
export interface GuestFacts {
  readonly guest: string;
  readonly hasBalloon: boolean;
  readonly deflatesOnOom: boolean;
  /** Whether pages that the guest's kernel frees go back to the host by themselves. */
  readonly reportsFreePages: boolean;
  /** Whether the machine has a port for the guest agent. */
  readonly hasAgentPort: boolean;
  readonly agent: AgentFacts;
  readonly statistics: StatisticsFacts;
  readonly reading: ReadingFacts;
  /** What keeps memory that the balloon took from coming free. */
  readonly hindrances: readonly Hindrance[];
}

/** The balloon's statistics: never updated by the guest; updated without what a step needs; or of use. */
export type StatisticsFacts = "none" | "empty" | "given";

/** What came of reading the guest as a step does. */
export interface ReadingFacts {
  /** Whether its agent was read. */
  readonly isByAgent: boolean;
  /** Why it could not be read, as a sentence without its full stop; null if it could. */
  readonly problem: string | null;
  /** Whether it can't be read now, because it is paused or migrates. */
  readonly isLeftAlone: boolean;
  /** The guest's swap, in bytes; null if that is not known, as without an agent. */
  readonly swapBytes: number | null;
  /** What the guest was built for, in bytes; null if that is not known. */
  readonly maximumBytes: number | null;
  /** Memory that it has and its balloon does not count, such as virtio-mem, in bytes. */
  readonly unballoonedBytes: number;
}

/** What remedies each thing that may be missing, in the words of the program that runs the machine. */
export type Remedies = Readonly<
  Record<"balloon" | "deflateOnOom" | "freePageReporting" | "agentPort" | "unballooned" | Hindrance, string>
>;
