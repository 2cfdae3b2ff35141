import { bytesText } from "../../view/amounts.ts";
import { budgetText, warningTexts } from "../../view/host-budget.ts";
import { type HostSum, isUnread, sumGuests } from "../../view/host-sum.ts";
import type { Store } from "../store.ts";
import { Hands } from "./hands.tsx";
import { HostChart } from "./host-chart.tsx";
import { Reservations } from "./reservations.tsx";

/** All guests together: what they use, what they could use, and what was saved. */
export function HostBar({ store }: { readonly store: Store }) {
  const { doing, model, host } = store;
  const { guests } = model;
  const views = [...guests.values()];
  const isEach = (what: "paused" | "released"): boolean => views.length > 0 && views.every((view) => view[what]);
  const isAny = views.some(({ paused, released }) => paused || released);
  const sum = sumGuests(guests.values());
  const isDryRun = [...guests.values()].some(({ dryRun }) => dryRun);
  const parts = [
    { name: "used", label: "In use", bytes: sum.usedBytes, about: "The guests have it and use it." },
    {
      name: "available",
      label: "Spare in guests",
      bytes: sum.availableBytes,
      about: "The guests have it and could use it at once; some of it holds their caches.",
    },
    { name: "saved", label: "Saved", bytes: sum.savedBytes, about: "In the guests' balloons: the host has it back." },
  ];
  const shareOf = (bytes: number): string => `${sum.allBytes === 0 ? 0 : (bytes / sum.allBytes) * 100}%`;
  return (
    <section class="host" aria-labelledby="host-title">
      <h2 id="host-title">
        {guests.size} {guests.size === 1 ? "guest" : "guests"},{" "}
        {isUnread(sum) ? "none read yet" : <Amounts sum={sum} isWarned={host !== null && host.warnings.length > 0} />}
      </h2>
      {host !== null && <p class="budget">Host: {budgetText(host)}.</p>}
      {host !== null && host.reservedFor.length > 0 && <Reservations store={store} />}
      {host !== null &&
        warningTexts(host).map((warning) => (
          <p key={warning} class="budget-warning" role="alert">
            Warning: {warning}.
          </p>
        ))}
      {isDryRun && (
        <p class="dry-run">
          A dry run: nothing is moved. At their goals the guests would save up to <b>{bytesText(sum.atGoalsBytes)}</b>.
        </p>
      )}
      <p class="intro">
        {doing === "" ? "" : `This daemon is ${doing}. `}
        Each guest keeps the RAM that its load needs; the rest goes into its balloon, and so back to the host. When a
        guest needs more, its balloon gives it back.
      </p>
      <div class="bar" aria-hidden="true">
        {parts.map(({ name, bytes }) => (
          <div key={name} class={`bar-${name}`} style={{ width: shareOf(bytes) }} />
        ))}
      </div>
      <dl class="legend">
        {parts.map(({ name, label, bytes, about }) => (
          <div key={name}>
            <dt>
              <span class={`swatch bar-${name}`} aria-hidden="true" /> {label}
            </dt>
            <dd>
              <b>{bytesText(isUnread(sum) ? null : bytes)}</b> <span class="about">{about}</span>
            </dd>
          </div>
        ))}
      </dl>
      {(host !== null || guests.size > 1) && <HostChart />}
      {store.fleetHost === null && (
        <Hands store={store} guests={null} paused={isAny && !isEach("released")} released={isEach("released")} />
      )}
      {sum.unknown > 0 && <p class="note">{sum.unknown} not counted: nothing was read of them yet.</p>}
    </section>
  );
}

function Amounts({ sum, isWarned }: { readonly sum: HostSum; readonly isWarned: boolean }) {
  return (
    <>
      {bytesText(sum.allBytes)} of RAM,{" "}
      <strong class={isWarned ? "" : "saved-text"}>{bytesText(sum.savedBytes)} saved</strong>
    </>
  );
}
