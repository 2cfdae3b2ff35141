import type { SelfballoonError } from "../../core/errors.ts";
import type { AgentAnswer, Source } from "./source.ts";
import { hasCode } from "./thrown.ts";

/** An agent that said what can't be is asked again after so long, where the guest can be read without it. */
const DISBELIEVED_MS = 30_000;

/**
 * What a guest's agent says, unless that can't be. Where there is another source, its lies cost one exchange in half a
 * minute; where there is none, it is asked at each reading, and the first answer that can be is taken.
 */
export class Disbelief {
  private readonly nowMs: () => number;
  private error: SelfballoonError | null = null;
  private untilMs = Number.NEGATIVE_INFINITY;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  /** Whether the agent is not asked for now. */
  private get isOn(): boolean {
    return this.nowMs() < this.untilMs;
  }

  /**
   * The answer that `ask` gets, or that it is nonsense. The first nonsense is thrown: the machine may have been given memory
   * since it was asked for its size, and then the next answer agrees with it.
   * @throws what `ask` throws.
   */
  async ask(ask: () => Promise<AgentAnswer>): Promise<AgentAnswer> {
    if (this.error !== null && this.isOn) return { kind: "nonsense", error: this.error };
    try {
      const answer = await ask();
      this.error = null;
      return answer;
    } catch (thrown) {
      if (!hasCode(thrown, "ERR_FORMAT")) throw thrown;
      const isFirst = this.error === null;
      this.error = thrown;
      this.untilMs = Number.NEGATIVE_INFINITY;
      if (isFirst) throw thrown;
      return { kind: "nonsense", error: thrown };
    }
  }

  /** The guest was read by this source. */
  readBy(source: Source): void {
    if (source === "agent_nonsense" && !this.isOn) this.untilMs = this.nowMs() + DISBELIEVED_MS;
  }
}
