import { useState } from "preact/hooks";
import type { ReservationStatus } from "../../core/control.ts";
import { shownGuest } from "../../core/shown-text.ts";
import { bytesText } from "../../view/amounts.ts";
import { whyNot } from "../daemon.ts";
import { momentText } from "../format.ts";
import { usePolled } from "../poll.ts";
import type { Store } from "../store.ts";

/** What is reserved is read again so often. */
const REFRESH_MS = 2000;

/** What is kept free, for whom and until when, each with a button that withdraws it. */
export function Reservations({ store }: { readonly store: Store }) {
  const { value } = usePolled<{ readonly reservations: readonly ReservationStatus[] }>("/v1/reservations", REFRESH_MS);
  const [problem, setProblem] = useState<string | null>(null);
  const withdraw = async (id: string): Promise<void> => {
    const answer = await store.change(`/v1/reservations/${id}`, undefined, "DELETE");
    setProblem(answer === null || answer.ok ? null : whyNot(answer.problem));
  };
  return (
    <>
      <ul class="reservations" aria-label="Reserved memory">
        {(value?.reservations ?? []).map((one) => (
          <li key={one.id}>
            {bytesText(one.bytes)} reserved for {one.guest === null ? "anybody" : shownGuest(one.guest)} until{" "}
            <time>{momentText(one.expiresAtMs, Date.now())}</time>, {one.isMet ? "free" : "not yet free"}
            {one.takenBytes > 0 && <>, {bytesText(one.takenBytes)} of it taken</>}{" "}
            {store.fleetHost === null && (
              <button type="button" onClick={() => void withdraw(one.id)}>
                Withdraw
              </button>
            )}
          </li>
        ))}
      </ul>
      {problem !== null && (
        <p role="alert" class="error">
          {problem}
        </p>
      )}
    </>
  );
}
