import { countStandings, STANDING_MEANINGS, STANDINGS, type Standing } from "../../view/standing.ts";
import { guestsAddress } from "../address.ts";
import type { GuestView } from "../model.ts";

interface StandingTabsProps {
  readonly guests: ReadonlyMap<string, GuestView>;
  /** Null: all guests. */
  readonly chosen: Standing | null;
}

/** Links to the guests that stand alike, each with their number. */
export function StandingTabs({ guests, chosen }: StandingTabsProps) {
  const counts = countStandings(guests.values());
  return (
    <nav class="tabs" aria-label="Guests by how they stand">
      <a href={guestsAddress(null)} aria-current={chosen === null ? "true" : undefined}>
        all <b>{guests.size}</b>
      </a>
      {STANDINGS.map((standing) => (
        <a
          key={standing}
          href={guestsAddress(standing)}
          aria-current={chosen === standing ? "true" : undefined}
          title={STANDING_MEANINGS[standing]}
        >
          {standing} <b>{counts[standing]}</b>
        </a>
      ))}
    </nav>
  );
}
