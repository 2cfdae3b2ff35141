import { riskOf } from "../../core/tunable-risks.ts";
import type { GuestView } from "../model.ts";

/** Stands on every view for as long as a guest is ballooned without the guard. */
export function GuardBanner({ guests }: { readonly guests: ReadonlyMap<string, GuestView> }) {
  const views = [...guests.values()];
  const unguarded = views.filter(({ tunables }) => tunables.guard === 0 && tunables.selfballooning === 1).length;
  if (unguarded === 0) return null;
  const whom = unguarded === views.length ? "all guests" : `${unguarded} of ${views.length} guests`;
  return (
    <p class="banner" role="alert">
      The guard is off for {whom}. {riskOf("guard", 0)} <a href="#/tunables">Tunables</a>
    </p>
  );
}
