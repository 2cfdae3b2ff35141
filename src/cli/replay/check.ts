import type { Decision } from "../../core/decision.ts";
import { selfballoonError } from "../../core/errors.ts";
import { STEP_DECISION_FIELDS } from "../../formats/recording-writer.ts";

/** Where something stands in a recording. */
export interface Place {
  readonly line: number;
  readonly guest: string;
  readonly turn: number;
}

/** Checks a recording: that no line is missing, and that everything that was decided comes out again. */
export class Check {
  /** Decisions that came out again. */
  checked: number;
  private turn: number;
  private readonly versions: string;

  /** @param turn the last turn before the recording. @param checked decisions of recordings before it in the same file. */
  constructor(turn: number, recordedBy: string, running: string, checked: number) {
    this.turn = turn;
    this.checked = checked;
    this.versions = recordedBy === running ? "" : `; ${recordedBy} recorded it, and this is ${running}`;
  }

  /** @throws ERR_RECORDING_INEXACT if this is not the next turn. */
  follow(turn: number, line: number): void {
    if (turn !== this.turn + 1) {
      const problem = `it is turn ${turn} after turn ${this.turn}`;
      throw selfballoonError("ERR_RECORDING_INEXACT", { line, problem, checked: this.checked });
    }
    this.turn = turn;
  }

  /** @throws ERR_REPLAY_DIFFERS. */
  compare(recorded: Decision, replayed: Decision | null, place: Place): void {
    this.expect(differenceOf(recorded, replayed), place);
  }

  /** What a guest was given. @throws ERR_REPLAY_DIFFERS. */
  compareGiven(recordedBytes: number | null, replayedBytes: number | null, place: Place): void {
    const isSame = recordedBytes === replayedBytes;
    this.expect(isSame ? null : `${recordedBytes} bytes were given and ${replayedBytes} are`, place);
  }

  /** How much the host needed its memory. @throws ERR_REPLAY_DIFFERS. */
  compareNeed(recorded: number | null, replayed: number | null, place: Place): void {
    this.expect(recorded === replayed ? null : `the host's need was ${recorded} and is ${replayed}`, place);
  }

  private expect(difference: string | null, { line, guest, turn }: Place): void {
    const { checked, versions } = this;
    if (difference !== null)
      throw selfballoonError("ERR_REPLAY_DIFFERS", { line, guest, turn, difference, checked, versions });
    this.checked += 1;
  }
}

/** How two decisions differ, in words; null if they do not. */
function differenceOf(recorded: Decision, replayed: Decision | null): string | null {
  if (replayed === null) return `${recorded.reason} was decided, and nothing is`;
  const names = STEP_DECISION_FIELDS.filter(
    (name) => JSON.stringify(recorded[name]) !== JSON.stringify(replayed[name]),
  );
  if (names.length === 0) return null;
  return names.map((name) => `${name} was ${shown(recorded[name])} and is ${shown(replayed[name])}`).join(", ");
}

function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}
