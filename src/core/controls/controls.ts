import type { TunableChanges, TunableStatus } from "../control.ts";
import { refusedWrite } from "../refused-write.ts";
import { type Configured, chooseSetting, effectiveTunables, existingTunables, resetSetting } from "../settings.ts";
import type { TunableName, Tunables } from "../tunables.ts";
import { ALL_MANAGED, type Hand, type Hands, handOf, withHand } from "./hands.ts";

/** What the operator says: by the configuration, and since the start. Immutable: every change gives a new one. */
export interface Controls {
  readonly configured: Configured;
  readonly hands: Hands;
}

/** Controls after a change, and the tunables for all guests that were written by it, in order. */
export interface Changed {
  readonly controls: Controls;
  readonly written: readonly TunableName[];
}

const NOTHING_WRITTEN: readonly TunableName[] = Object.freeze([]);

/** The configuration as it was read at the start. */
export function firstControls(configured: Configured): Controls {
  return { configured, hands: ALL_MANAGED };
}

/** The tunables in force for all of which nothing else is said. While everything is released, selfballooning is off. */
export function inForce({ configured, hands }: Controls): Configured {
  return hands.everybody === "released" ? turnedOff(configured) : configured;
}

/** The tunables in force for one guest; `reservedMb` is its own default of `selfballoon_reserved_mb`. */
export function tunablesOf({ configured, hands }: Controls, guest: string, reservedMb: number): Tunables {
  const tunables = effectiveTunables(configured, guest, reservedMb);
  return handOf(hands, guest) === "released" ? { ...tunables, selfballooning: 0 } : tunables;
}

/** Every tunable as it stands for all guests. */
export function listTunables(controls: Controls): readonly TunableStatus[] {
  const { settings, sources } = inForce(controls);
  return existingTunables(settings).map((name) => ({
    name,
    value: settings.values[name],
    default: settings.defaults[name],
    source: sources[name] ?? "default",
  }));
}

/**
 * Write or reset tunables for all guests: all of them or, if one is refused, none. Whoever writes selfballooning ends a
 * release of everything.
 * @throws the error of the first change that is refused.
 */
export function changeTunables(before: Controls, changes: TunableChanges, privileged: boolean): Changed {
  let { configured } = before;
  const written: TunableName[] = [];
  for (const [name, text] of Object.entries(changes)) {
    const { settings } = configured;
    const change =
      text === null ? resetSetting(settings, name, privileged) : chooseSetting(settings, name, text, privileged);
    if (!change.ok) throw refusedWrite(inForce(before).settings, name, text, change.refusal);
    const sources = { ...configured.sources, [change.name]: text === null ? "default" : "runtime" } as const;
    configured = { ...configured, settings: change.settings, sources };
    written.push(change.name);
  }
  const isResumed = before.hands.everybody === "released" && written.includes("selfballooning");
  const hands: Hands = isResumed ? { ...before.hands, everybody: "managed" } : before.hands;
  return { controls: { configured, hands }, written };
}

/** Pause, release or resume these guests; null: all. It stands until something else is said, over reloads too. */
export function changeHands(before: Controls, guests: readonly string[] | null, hand: Hand): Changed {
  const controls = { ...before, hands: withHand(before.hands, guests, hand) };
  const isWritten = before.hands.everybody !== controls.hands.everybody && isOff(before) !== isOff(controls);
  return { controls, written: isWritten ? ["selfballooning"] : NOTHING_WRITTEN };
}

/** Take over a configuration that was reloaded. Tunables that were written give way to it; what is paused or released stays so. */
export function reconfigure(before: Controls, configured: Configured): Changed {
  const controls = { ...before, configured };
  const [old, now] = [inForce(before).settings.values, inForce(controls).settings];
  return { controls, written: existingTunables(now).filter((name) => old[name] !== now.values[name]) };
}

function isOff(controls: Controls): boolean {
  return inForce(controls).settings.values.selfballooning === 0;
}

function turnedOff(configured: Configured): Configured {
  const change = chooseSetting(configured.settings, "selfballooning", "0", true);
  if (!change.ok) return configured;
  return { ...configured, settings: change.settings, sources: { ...configured.sources, selfballooning: "runtime" } };
}
