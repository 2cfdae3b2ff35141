import type { RefusedOnHost } from "../../fleet/settings-overview.ts";

/** Refusals that are drawn. */
const SHOWN = 50;

/** What hosts refuse of what is set, and why; nothing where they refuse nothing. */
export function RefusedList({ refused }: { readonly refused: readonly RefusedOnHost[] }) {
  if (refused.length === 0) return null;
  return (
    <section aria-labelledby="refused-title">
      <h2 id="refused-title">Refused</h2>
      <ul class="events">
        {refused.slice(0, SHOWN).map(({ host, scope, guest, name, problem }) => (
          <li key={`${host} ${scope} ${guest ?? ""} ${name}`} class="event fleet-refusal">
            <b>{host}</b>
            <span>
              <code>{name}</code> of {scope}
              {guest === null ? "" : `, guests ${guest}`}
            </span>
            <span class="fleet-alarm">{problem}</span>
          </li>
        ))}
      </ul>
      {refused.length > SHOWN && <p class="note">{refused.length - SHOWN} more.</p>}
    </section>
  );
}
