import { ALL_GUESTS } from "../../core/all-guests.ts";
import { selfballoonError } from "../../core/errors.ts";
import type { Policy } from "../../core/policy.ts";
import type { Header, RecordedEvent } from "../../formats/exact.ts";
import { parseRecordingLine, type RecordingLine } from "../../formats/recording.ts";
import { formatDecision, formatSetAnswer } from "../../formats/recording-writer.ts";
import { Check } from "./check.ts";
import { ExactReplay } from "./exact.ts";
import { LawReplay } from "./law.ts";

/** How a recording is played. */
export interface PlayOptions {
  readonly policy: Policy;
  /** Compare every decision with the recorded one. */
  readonly isChecked: boolean;
  /** This program's version. */
  readonly version: string;
}

/**
 * Plays a recording line by line. One that says all that its decisions depended on is played exactly, by the core that the
 * daemon asked; of any other the law is run over the observations.
 */
export class Player {
  private readonly options: PlayOptions;
  private readonly law: LawReplay;
  private exact: ExactReplay | null = null;
  private check: Check | null = null;

  constructor(options: PlayOptions, set: readonly string[]) {
    this.options = options;
    this.law = new LawReplay(options.policy);
    for (const assignment of set) this.law.set(assignment);
  }

  /** Decisions that were compared and came out again. */
  get checked(): number {
    return this.check?.checked ?? 0;
  }

  /** Take one line and give the answer to it. @throws ERR_RECORDING_LINE, ERR_RECORDING_INEXACT, ERR_REPLAY_DIFFERS. */
  answer(text: string, number: number): string {
    const line = parseRecordingLine(text, number);
    if (this.options.isChecked && this.exact === null && line.kind !== "header") {
      const problem = "it begins without saying what was remembered, which `selfballoon record` writes first";
      throw selfballoonError("ERR_RECORDING_INEXACT", { line: number, problem, checked: 0 });
    }
    switch (line.kind) {
      case "set":
        return formatSetAnswer(this.law.write(line.set));
      case "reset":
        return formatSetAnswer(this.law.reset(line.reset));
      case "header":
        return this.begin(line.header);
      case "remembered":
        this.exact?.remember(line.remembered);
        return noted("remembered");
      case "event":
        return this.happen(line.event, number);
      case "observation":
        return this.observe(line, number);
    }
  }

  private begin(header: Header): string {
    const { isChecked, version } = this.options;
    this.exact = new ExactReplay(header, this.law.overrides);
    if (isChecked) this.check = new Check(header.turn, header.selfballoon, version, this.checked);
    return noted("recording");
  }

  private happen(event: RecordedEvent, line: number): string {
    if ("turn" in event && event.turn !== null) this.check?.follow(event.turn, line);
    const effects = this.exact?.happen(event) ?? [];
    if (event.kind === "give") {
      const given = effects.find(({ kind }) => kind === "give_all");
      const bytes = given?.kind === "give_all" ? given.bytes : null;
      this.check?.compareGiven(event.bytes, bytes, { line, guest: event.guest, turn: event.turn });
    }
    if (event.kind === "host") {
      this.check?.compareNeed(event.need, this.exact?.need ?? null, { line, guest: ALL_GUESTS, turn: event.turn });
    }
    return noted(event.kind);
  }

  private observe(
    { observation, step, exact }: RecordingLine & { readonly kind: "observation" },
    line: number,
  ): string {
    if (this.exact === null || exact === undefined) return formatDecision(this.law.step(observation, line));
    this.check?.follow(exact.turn, line);
    const decision = this.exact.decide(observation, exact);
    if (step !== undefined) {
      this.check?.compare(step.decision, decision, { line, guest: observation.guest, turn: exact.turn });
    }
    return decision === null ? noted("observation") : formatDecision(decision);
  }
}

/** A line that asks for no decision is answered too: a line in, a line out. */
function noted(kind: string): string {
  return JSON.stringify({ noted: kind });
}
