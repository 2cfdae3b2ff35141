import { TUNABLES } from "../../core/tunables.ts";
import type { Store } from "../store.ts";
import { Changeable } from "./changeable.tsx";
import { Tunable } from "./tunable.tsx";

/** All tunables: what they mean, what they may be, where their value comes from; changed in place, for all guests. */
export function TunableList({ store }: { readonly store: Store }) {
  const statuses = new Map(store.model.tunables.map((status) => [status.name, status]));
  return (
    <section aria-labelledby="tunables-title">
      <h2 id="tunables-title">Tunables</h2>
      <p class="intro">
        They hold for all guests, and are spelt the same in the configuration, on the command line and in the metrics. A
        change lasts until the daemon ends or reads its configuration again.
      </p>
      <Changeable store={store}>
        <ul class="tunables">
          {TUNABLES.map((row) => {
            const status = statuses.get(row.name);
            return status === undefined ? null : <Tunable key={row.name} row={row} status={status} store={store} />;
          })}
        </ul>
      </Changeable>
    </section>
  );
}
