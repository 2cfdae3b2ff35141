import { parseSet } from "../../config/load.ts";
import { hintFor } from "../../config/nearest.ts";
import type { Decision } from "../../core/decision.ts";
import { selfballoonError } from "../../core/errors.ts";
import { type GuestState, restartInertia, startState, step } from "../../core/guest/step.ts";
import type { Observation } from "../../core/observation.ts";
import type { Policy } from "../../core/policy.ts";
import { refusedWrite } from "../../core/refused-write.ts";
import {
  chooseSetting,
  createSettings,
  resetSetting,
  type Settings,
  type SettingsChange,
  writeSetting,
} from "../../core/settings.ts";
import { TUNABLES, type TunableName, type Tunables } from "../../core/tunables.ts";

/** The most guests that one recording may cover. */
const MAX_GUESTS = 65_536;

/** Runs the law over a recording: a fresh state for each guest, a step at each observation, whatever its time. */
export class LawReplay {
  private settings: Settings = createSettings({ hasCompressedSwap: true });
  private readonly states = new Map<string, GuestState>();
  private readonly named = new Set<TunableName>();
  private readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** Write tunables one by one, as a privileged writer; an unknown name is as invalid as a bad value. */
  write(values: Readonly<Record<string, string>>): Record<string, "ok" | "EINVAL" | "EPERM"> {
    const answers = Object.entries(values).map(([name, text]) => {
      return [name, this.carryOut(writeSetting(this.settings, name, text, true))] as const;
    });
    return Object.fromEntries(answers);
  }

  /** Bring tunables back to their defaults: the only way back to a 0 that a write may not set. */
  reset(names: readonly string[]): Record<string, "ok" | "EINVAL" | "EPERM"> {
    const answers = names.map((name) => [name, this.carryOut(resetSetting(this.settings, name, true))] as const);
    return Object.fromEntries(answers);
  }

  private carryOut(change: SettingsChange): "ok" | "EINVAL" | "EPERM" {
    if (!change.ok) return change.refusal === "EPERM" ? "EPERM" : "EINVAL";
    this.settings = change.settings;
    if (change.name === "frontswap_inertia") this.restartInertia();
    return "ok";
  }

  /** Write a tunable that the command line names. @throws ERR_TUNABLE_UNKNOWN, ERR_TUNABLE_INVALID. */
  set(assignment: string): void {
    const { name, text } = parseSet(assignment);
    const change = chooseSetting(this.settings, name, text, true);
    const hint = hintFor(
      name,
      TUNABLES.map((row) => row.name),
    );
    if (!change.ok) throw refusedWrite(this.settings, name, text, change.refusal, hint);
    this.settings = change.settings;
    this.named.add(change.name);
  }

  /** What the command line has set. */
  get overrides(): Partial<Tunables> {
    return Object.fromEntries([...this.named].map((name) => [name, this.settings.values[name]]));
  }

  /** A step on what was read. @throws ERR_RECORDING_LINE for too many guests. */
  step(observation: Observation, line: number): Decision {
    const { guest } = observation;
    if (!this.states.has(guest) && this.states.size >= MAX_GUESTS) {
      throw selfballoonError("ERR_RECORDING_LINE", { line, problem: `it covers more than ${MAX_GUESTS} guests` });
    }
    const { state, decision } = step(
      this.states.get(guest) ?? startState(this.policy),
      observation,
      this.settings.values,
      observation.t * 1000,
    );
    this.states.set(guest, state);
    return decision;
  }

  private restartInertia(): void {
    for (const [guest, state] of this.states) this.states.set(guest, restartInertia(state));
  }
}
