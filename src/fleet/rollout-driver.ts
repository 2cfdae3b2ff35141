import { isDeepStrictEqual } from "node:util";
import { problemOf } from "../core/errors.ts";
import type { Clock } from "../time/clock.ts";
import type { BoardEntry } from "./board-entry.ts";
import type { FleetView } from "./fleet-view.ts";
import { rolloutText, stepRollout } from "./rollout.ts";
import type { RolloutSight } from "./rollout-watch.ts";
import { scopeText } from "./scope.ts";
import type { SettingsBoard } from "./settings-board.ts";
import { hostsIn } from "./settings-overview.ts";

/** What is under way is looked at so often. */
const LOOK_MS = 1000;

/** What a driver works with. */
export interface DriverTools {
  readonly board: Pick<SettingsBoard, "list" | "edit">;
  readonly view: Pick<FleetView, "list" | "serverMs">;
  /** Something was decided, here or elsewhere first. */
  readonly onDecided: (text: string) => void;
  /** One can't be carried on; called once for its scope until it can again. */
  readonly onProblem: (problem: string) => void;
}

/**
 * Carries on the roll-outs of a fleet. Several may do so, and each may be killed at any time: what is decided is written over
 * what was seen alone, so that nothing is decided twice, and nothing of it is remembered elsewhere.
 */
export class RolloutDriver {
  private readonly tools: DriverTools;
  private isBusy = false;
  /** Scopes whose roll-out can't be carried on. */
  private readonly lost = new Set<string>();

  constructor(tools: DriverTools) {
    this.tools = tools;
  }

  /** @returns how to end it. */
  start(clock: Clock): () => void {
    return clock.every(LOOK_MS, () => void this.look());
  }

  /** Carry on what is under way. Never rejects; while one look is under way another is none. */
  async look(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (const entry of this.tools.board.list()) await this.tryToCarryOn(entry);
    } finally {
      this.isBusy = false;
    }
  }

  private async tryToCarryOn(entry: BoardEntry): Promise<void> {
    const scope = scopeText(entry.scope);
    try {
      await this.carryOn(entry);
      this.lost.delete(scope);
    } catch (thrown) {
      if (!this.lost.has(scope)) this.tools.onProblem(`${scope}: ${problemOf(thrown)}`);
      this.lost.add(scope);
    }
  }

  private async carryOn({ scope, document, revision }: BoardEntry): Promise<void> {
    const { board, view, onDecided } = this.tools;
    const sight = sightOf({ scope, revision }, view);
    if (stepRollout(document, sight) === document) return;
    const after = await board.edit(scope, (now) =>
      isDeepStrictEqual(now.rollout, document.rollout) ? stepRollout(now, sight) : now,
    );
    if (after.rollout !== undefined) onDecided(`${scopeText(scope)}: ${rolloutText(after.rollout, sight)}`);
  }
}

/** What is seen of a scope's hosts now. */
export function sightOf(
  { scope, revision }: Pick<BoardEntry, "scope" | "revision">,
  view: Pick<FleetView, "list" | "serverMs">,
): RolloutSight {
  return { scope, revision, hosts: hostsIn(scope, view.list()), nowMs: view.serverMs() };
}
