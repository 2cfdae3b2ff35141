import { useState } from "preact/hooks";
import type { TunableStatus } from "../../core/control.ts";
import { describeRange, TUNABLES, type TunableRow } from "../../core/tunables.ts";
import { commonValue, defaultText, valueText } from "../../view/tunable-text.ts";
import type { Store } from "../store.ts";

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
      <ul class="tunables">
        {TUNABLES.map((row) => {
          const status = statuses.get(row.name);
          return status === undefined ? null : <Tunable key={row.name} row={row} status={status} store={store} />;
        })}
      </ul>
    </section>
  );
}

interface TunableProps {
  readonly row: TunableRow;
  readonly status: TunableStatus;
  readonly store: Store;
}

function Tunable({ row, status, store }: TunableProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const { name, unit } = row;
  const shown = String(commonValue(status) ?? "");
  const change = async (text: string | null): Promise<void> => {
    setBusy(true);
    setSaid("");
    const answer = await store.change("/v1/tunables", { [name]: text });
    setBusy(false);
    if (answer === null) return;
    setError(answer.ok ? null : (answer.problem?.detail ?? "The daemon can't be reached; nothing was changed."));
    if (!answer.ok) return;
    setDraft(null);
    setSaid(text === null ? "It has its default again." : "Changed.");
  };
  const about = `${name}-about`;
  return (
    <li class="tunable">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void change(draft ?? shown);
        }}
      >
        <label for={name}>
          <code>{name}</code>
        </label>
        <div class="field">
          <input
            id={name}
            inputMode="numeric"
            autocomplete="off"
            value={draft ?? shown}
            placeholder={shown === "" ? valueText(status, unit) : ""}
            aria-describedby={error === null ? about : `${about} ${name}-error`}
            aria-invalid={error !== null}
            onInput={(event) => setDraft(event.currentTarget.value)}
          />
          <span class="unit">{unit}</span>
          <button type="submit" aria-label={`Set ${name}`} disabled={isBusy || draft === null || draft === shown}>
            Set
          </button>
          <button
            type="button"
            aria-label={`Reset ${name}`}
            disabled={isBusy || (status.value === status.default && status.source !== "runtime")}
            onClick={() => void change(null)}
          >
            Reset
          </button>
          <span class="source">from: {status.source}</span>
        </div>
        {error !== null && (
          <p id={`${name}-error`} role="alert" class="error">
            {error}
          </p>
        )}
        <p role="status" class="said">
          {said}
        </p>
        <p id={about} class="about">
          {row.summary} {sentence(describeRange(row))} Default: {defaultText(status)}
          {unit === "" || commonValue(status) === null ? "" : ` ${unit}`}
          {row.startRule === "" ? "" : ` (at start-up: ${row.startRule})`}.
        </p>
      </form>
    </li>
  );
}

function sentence(range: string): string {
  return `${range.charAt(0).toUpperCase()}${range.slice(1)}.`;
}
