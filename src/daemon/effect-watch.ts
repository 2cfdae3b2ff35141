import type { Reading } from "../core/backend.ts";
import { type Effect, followEffect, INITIAL_EFFECT } from "../core/host/effect.ts";
import type { Notice } from "../core/notices.ts";
import { BYTES_PER_MIB } from "../core/units.ts";

/** Follows for each guest whether what it gives comes free on its host. */
export class EffectWatch {
  private readonly effects = new Map<string, Effect>();

  /** True if nothing is gained by taking more from the guest. */
  isMissing(guest: string): boolean {
    return this.effects.get(guest)?.isMissing ?? false;
  }

  /** Take in a reading. @returns what is worth telling, when it has become certain that there is no effect. */
  look({ observation, rssBytes = null }: Reading): Notice | null {
    const { guest, pageBytes, balloonCurrentPages, balloonMaxPages } = observation;
    if (rssBytes === null || balloonCurrentPages === null || balloonMaxPages === null) return null;
    const currentBytes = balloonCurrentPages * pageBytes;
    const maximumBytes = balloonMaxPages * pageBytes;
    const before = this.effects.get(guest) ?? INITIAL_EFFECT;
    const effect = followEffect(before, { currentBytes, maximumBytes, rssBytes });
    this.effects.set(guest, effect);
    if (!effect.isMissing || before.isMissing) return null;
    const mib = (bytes: number): number => Math.floor(bytes / BYTES_PER_MIB);
    return { code: "no_effect", details: { gaveMib: mib(maximumBytes - currentBytes), rssMib: mib(rssBytes) } };
  }

  forget(guest: string): void {
    this.effects.delete(guest);
  }
}
