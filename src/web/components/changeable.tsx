import type { ComponentChildren } from "preact";
import type { Store } from "../store.ts";

interface ChangeableProps {
  readonly store: Store;
  readonly children: ComponentChildren;
}

/** Fields that can be changed on the host's own page, and are only to be read where it is seen through its fleet. */
export function Changeable({ store, children }: ChangeableProps) {
  return (
    <fieldset class="changeable" disabled={store.fleetHost !== null}>
      {children}
    </fieldset>
  );
}
