import { countStandings, standingParts } from "../../view/standing.ts";
import { guestsAddress } from "../address.ts";
import type { GuestView } from "../model.ts";

/** Who is short, held or can't be read, in one line; each part leads to those guests. */
export function StandingLine({ guests }: { readonly guests: ReadonlyMap<string, GuestView> }) {
  const counts = countStandings(guests.values());
  return (
    <p class="standing">
      {standingParts(counts).map(({ standing, text }, index) => (
        <span key={standing}>
          {index > 0 && ", "}
          {counts[standing] === 0 ? (
            <span class="standing-none">{text}</span>
          ) : (
            <a class={`standing-${standing}`} href={guestsAddress(standing)}>
              {text}
            </a>
          )}
        </span>
      ))}
    </p>
  );
}
