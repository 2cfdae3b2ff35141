import type { RolloutOverview, ScopeOverview } from "../../fleet/settings-overview.ts";
import { changeText, type Wishes } from "./wishes.ts";

/** How a roll-out stands, and the tone of that. */
const PHASES = {
  first: { name: "under way", tone: "tone-up" },
  stopped: { name: "stopped", tone: "tone-alarm" },
  done: { name: "done", tone: "tone-down" },
} as const satisfies Readonly<Record<RolloutOverview["is"], { readonly name: string; readonly tone: string }>>;

interface RolloutListProps {
  readonly scopes: readonly ScopeOverview[];
  /** Null: nothing can be changed here. */
  readonly wishes: Wishes | null;
}

/** The last change that was rolled out to each scope: who has it first, for how long still, or why it was stopped. */
export function RolloutList({ scopes, wishes }: RolloutListProps) {
  const rolledOut = scopes.flatMap(({ scope, rollout }) => (rollout === null ? [] : [{ scope, rollout }]));
  if (rolledOut.length === 0) return null;
  return (
    <section aria-labelledby="rollouts-title">
      <h2 id="rollouts-title">Roll-outs</h2>
      <ul class="events">
        {rolledOut.map((one) => (
          <li key={one.scope} class="fleet-rollout">
            <RolloutLine {...one} />
            {wishes !== null && <Orders {...one} wishes={wishes} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface RolloutProps {
  readonly scope: string;
  readonly rollout: RolloutOverview;
}

function RolloutLine({ scope, rollout: { is, guest, values, text, watchMs, restMs } }: RolloutProps) {
  const { name, tone } = PHASES[is];
  return (
    <div>
      <p>
        <span class={`chip ${tone}`}>{name}</span> <code>{changeText(values)}</code> for {scope}
        {guest === null ? "" : `, guests ${guest}`}
      </p>
      <p class={is === "stopped" ? "fleet-alarm" : "about"}>{text}.</p>
      {restMs !== null && (
        <progress max={Math.max(1, watchMs)} value={watchMs - restMs} aria-label={`Watched for ${scope}`} />
      )}
    </div>
  );
}

function Orders({ scope, rollout: { id, is, heldBy }, wishes }: RolloutProps & { readonly wishes: Wishes }) {
  const { order, isBusy } = wishes;
  const canResume = is === "stopped" || heldBy.length > 0;
  return (
    <div class="hands">
      {canResume && (
        <button type="button" disabled={isBusy} onClick={() => order("resume", scope, id)}>
          Begin again
        </button>
      )}
      <button type="button" disabled={isBusy} onClick={() => order("abort", scope, id)}>
        {is === "first" ? "Take it back" : "Forget it"}
      </button>
    </div>
  );
}
