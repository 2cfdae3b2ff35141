import type { TunableChanges, TunableStatus } from "../core/control.ts";
import {
  type Changed,
  type Controls,
  changeHands,
  changeTunables,
  firstControls,
  inForce,
  listTunables,
  rebase,
  reconfigure,
} from "../core/controls/controls.ts";
import { type Hand, handOf } from "../core/controls/hands.ts";
import { selfballoonError } from "../core/errors.ts";
import type { Configured } from "../core/settings.ts";
import type { TunableName, Tunables } from "../core/tunables.ts";
import type { GuestRunner } from "./guest-runner.ts";
import type { Journal } from "./journal.ts";
import type { Mind } from "./mind.ts";

/** What the desk works with. */
export interface ControlTools {
  readonly configured: Configured;
  readonly journal: Journal;
  readonly mind: Mind;
  readonly runners: () => readonly GuestRunner[];
  readonly runner: (guest: string) => GuestRunner | undefined;
  /** What the guests' decisions depend on has changed. */
  readonly onChange: () => void;
}

/** Takes what the operator says of all guests while the daemon runs, has each heed it, and records it. */
export class ControlDesk {
  private readonly tools: ControlTools;
  private current: Controls;

  constructor(tools: ControlTools) {
    this.tools = tools;
    this.current = firstControls(tools.configured);
  }

  /** What the operator says now. */
  get controls(): Controls {
    return this.current;
  }

  /** Begin with what was said before the daemon was started again. */
  restore(controls: Controls): void {
    this.current = controls;
    this.tools.onChange();
  }

  list(): readonly TunableStatus[] {
    return listTunables(this.current);
  }

  /** All of the changes or none. @throws as `ControlPort.change`. */
  change(changes: TunableChanges, privileged: boolean): readonly TunableStatus[] {
    this.take(changeTunables(this.current, changes, privileged));
    return this.list();
  }

  /** Take over a configuration that was reloaded. */
  reconfigure(configured: Configured): void {
    this.take(reconfigure(this.current, configured));
  }

  /** Take over what the fleet says, which is in `base` now. */
  rebase(base: Configured): void {
    this.take(rebase(this.current, base));
  }

  /** Take these guests in hand, null: all of them. @returns whom that concerns. @throws ERR_GUEST_UNKNOWN, and then nothing has changed. */
  takeInHand(guests: readonly string[] | null, hand: Hand): readonly GuestRunner[] {
    const runners = guests?.map((guest) => this.runnerOf(guest)) ?? this.tools.runners();
    this.take(changeHands(this.current, guests, hand));
    return runners;
  }

  /** Have every guest heed what was changed, and record it. */
  take({ controls, written }: Changed): void {
    const { journal, onChange } = this.tools;
    const runners = this.tools.runners();
    const before = runners.map((runner) => runner.env.tunables);
    const handsBefore = this.current.hands;
    this.current = controls;
    onChange();
    for (const runner of runners) runner.pace();
    for (const { guest } of runners) {
      const hand = handOf(controls.hands, guest);
      if (hand !== handOf(handsBefore, guest))
        journal.add({ kind: "pause", guest, paused: hand === "paused", released: hand === "released" });
    }
    this.noteWrites(before, written);
  }

  private noteWrites(before: readonly Tunables[], written: readonly TunableName[]): void {
    const { journal, mind, runners } = this.tools;
    const { settings } = inForce(this.current);
    const turn = written.length === 0 ? null : mind.next();
    for (const [nth, runner] of runners().entries()) {
      const old = before[nth] ?? runner.env.tunables;
      const isTurned = old.selfballooning !== runner.env.tunables.selfballooning && !written.includes("selfballooning");
      for (const name of isTurned ? [...written, "selfballooning" as const] : written) runner.noteWrite(name, old);
    }
    if (turn === null) return;
    const values = Object.fromEntries(written.map((name) => [name, settings.values[name]]));
    journal.add({ kind: "tunables", values, ...turn });
  }

  private runnerOf(guest: string): GuestRunner {
    const runner = this.tools.runner(guest);
    if (runner === undefined) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
    return runner;
  }
}
