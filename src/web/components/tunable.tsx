import { useState } from "preact/hooks";
import type { TunableStatus } from "../../core/control.ts";
import { riskOf } from "../../core/tunable-risks.ts";
import { describeRange, type TunableName, type TunableRow } from "../../core/tunables.ts";
import { commonValue, defaultText, valueText } from "../../view/tunable-text.ts";
import { whyNot } from "../daemon.ts";
import type { Store } from "../store.ts";

interface TunableProps {
  readonly row: TunableRow & { readonly name: TunableName };
  readonly status: TunableStatus;
  readonly store: Store;
}

/** A change that is asked about first. */
interface Asked {
  readonly text: string;
  readonly risk: string;
}

/** One tunable: what it means, what it is, and how to change it. What few mean is asked about first. */
export function Tunable({ row, status, store }: TunableProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const { name } = row;
  const shown = String(commonValue(status) ?? "");
  const change = async (text: string | null): Promise<void> => {
    setBusy(true);
    setSaid("");
    setAsked(null);
    const answer = await store.change("/v1/tunables", { [name]: text });
    setBusy(false);
    if (answer === null) return;
    setError(answer.ok ? null : whyNot(answer.problem));
    if (!answer.ok) return;
    setDraft(null);
    setSaid(text === null ? "It has its default again." : "Changed.");
  };
  const ask = (text: string): void => {
    const risk = riskOf(name, Number(text));
    if (risk === null) void change(text);
    else setAsked({ text, risk });
  };
  const about = `${name}-about`;
  const describedBy = error === null ? about : `${about} ${name}-error`;
  return (
    <li class="tunable">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask(draft ?? shown);
        }}
      >
        <label for={name}>
          <code>{name}</code>
        </label>
        <div class="field">
          {row.kind === "switch" ? (
            <Switch name={name} status={status} describedBy={describedBy} isBusy={isBusy} ask={ask} />
          ) : (
            <>
              <input
                id={name}
                inputMode="numeric"
                autocomplete="off"
                value={draft ?? shown}
                placeholder={shown === "" ? valueText(status, row.unit) : ""}
                aria-describedby={describedBy}
                aria-invalid={error !== null}
                onInput={(event) => setDraft(event.currentTarget.value)}
              />
              <span class="unit">{row.unit}</span>
              <button type="submit" aria-label={`Set ${name}`} disabled={isBusy || draft === null || draft === shown}>
                Set
              </button>
            </>
          )}
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
        {asked !== null && (
          <Question name={name} asked={asked} go={() => void change(asked.text)} leave={() => setAsked(null)} />
        )}
        {error !== null && (
          <p id={`${name}-error`} role="alert" class="error">
            {error}
          </p>
        )}
        <p role="status" class="said">
          {said}
        </p>
        <About row={row} status={status} />
      </form>
    </li>
  );
}

interface SwitchProps {
  readonly name: TunableName;
  readonly status: TunableStatus;
  readonly describedBy: string;
  readonly isBusy: boolean;
  readonly ask: (text: string) => void;
}

function Switch({ name, status, describedBy, isBusy, ask }: SwitchProps) {
  const value = commonValue(status);
  const isOn = value === 1;
  return (
    <button
      id={name}
      type="button"
      role="switch"
      class="switch"
      aria-checked={isOn}
      aria-describedby={describedBy}
      disabled={isBusy}
      onClick={() => ask(isOn ? "0" : "1")}
    >
      {value === null ? valueText(status, "") : isOn ? "On" : "Off"}
    </button>
  );
}

interface QuestionProps {
  readonly name: TunableName;
  readonly asked: Asked;
  readonly go: () => void;
  readonly leave: () => void;
}

function Question({ name, asked, go, leave }: QuestionProps) {
  return (
    <p role="alertdialog" aria-label={`Set ${name} to ${asked.text}?`} class="question">
      {asked.risk}{" "}
      <button type="button" class="dangerous" onClick={go}>
        Set {name} to {asked.text}
      </button>{" "}
      <button type="button" onClick={leave}>
        Leave it
      </button>
    </p>
  );
}

function About({ row, status }: Pick<TunableProps, "row" | "status">) {
  const { unit, startRule } = row;
  return (
    <p id={`${row.name}-about`} class="about">
      {row.summary} {sentence(describeRange(row))} Default: {defaultText(status)}
      {unit === "" || commonValue(status) === null ? "" : ` ${unit}`}
      {startRule === "" ? "" : ` (at start-up: ${startRule.replaceAll("`", "")})`}.
    </p>
  );
}

function sentence(range: string): string {
  return `${range.charAt(0).toUpperCase()}${range.slice(1)}.`;
}
