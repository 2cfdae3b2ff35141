import type { ComponentChildren } from "preact";
import { timeText } from "../format.ts";

interface LostProps {
  /** Since when the service has not answered, in ms since 1970; null if it answers. */
  readonly sinceMs: number | null;
  readonly children: ComponentChildren;
}

/** What the service said, and that it is old where it answers no more. */
export function Lost({ sinceMs, children }: LostProps) {
  return (
    <div class={sinceMs === null ? undefined : "old"}>
      {sinceMs !== null && (
        <p class="fleet-alarm" role="status">
          The fleet's service has not answered since {timeText(sinceMs)}: what is shown is old.
        </p>
      )}
      {children}
    </div>
  );
}
