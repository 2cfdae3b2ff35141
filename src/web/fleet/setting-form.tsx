import { useState } from "preact/hooks";
import { meaningOf, SETTING_NAMES } from "../../core/controls/setting-meaning.ts";
import { TUNABLES } from "../../core/tunables.ts";
import { MS_PER_MINUTE, type Wishes } from "./wishes.ts";

const TUNABLE_NAMES = TUNABLES.map(({ name }) => name);

/** What is typed. */
interface Draft {
  /** Empty: all hosts. */
  readonly scope: string;
  /** Empty: all guests. */
  readonly guest: string;
  /** Empty: none is chosen yet. */
  readonly name: string;
  readonly value: string;
  /** Empty: all hosts at once. */
  readonly first: string;
  readonly minutes: string;
}

const BEGINNING: Draft = { scope: "", guest: "", name: "", value: "", first: "", minutes: "10" };

/** A setting for many: for whom, which, and whether some hosts have it first. */
export function SettingForm({ wishes }: { readonly wishes: Wishes }) {
  const [draft, setDraft] = useState(BEGINNING);
  const names = draft.guest.trim() === "" ? TUNABLE_NAMES : SETTING_NAMES;
  const name = names.find((one) => one === draft.name) ?? "";
  const meaning = name === "" ? null : meaningOf(name);
  const change = (key: keyof Draft) => (value: string) => {
    wishes.leave();
    setDraft({ ...draft, [key]: value });
  };
  const wish = (): void => {
    const [scope, guest, first] = [draft.scope, draft.guest, draft.first].map((text) => text.trim());
    wishes.ask({
      scope: scope === "" || scope === undefined ? "all" : scope,
      guest: guest === "" || guest === undefined ? null : guest,
      values: { [name]: draft.value.trim() },
      ...(first === "" || first === undefined
        ? { first: null }
        : { first, watchMs: Math.round(Number(draft.minutes) * MS_PER_MINUTE) }),
    });
  };
  const isUnsaid =
    name === "" || draft.value.trim() === "" || (draft.first.trim() !== "" && draft.minutes.trim() === "");
  return (
    <form
      class="fleet-form"
      onSubmit={(event) => {
        event.preventDefault();
        wish();
      }}
    >
      <Field label="For" value={draft.scope} hint="all, rack=a1, host h1" take={change("scope")} />
      <Field label="Guests" value={draft.guest} hint="all, or db*" take={change("guest")} />
      <label>
        Setting
        <select value={name} onChange={(event) => change("name")(event.currentTarget.value)}>
          <option value="">Choose one</option>
          {names.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <Field
        label={(meaning?.unit ?? "") === "" ? "Value" : `Value (${meaning?.unit})`}
        value={draft.value}
        hint=""
        take={change("value")}
      />
      <Field label="Hosts that have it first" value={draft.first} hint="3, 10%, or none" take={change("first")} />
      {draft.first.trim() !== "" && (
        <Field label="Watched for (minutes)" value={draft.minutes} hint="10" take={change("minutes")} />
      )}
      <button type="submit" class="primary" disabled={wishes.isBusy || isUnsaid}>
        Whom would it meet?
      </button>
      {meaning !== null && (
        <p class="about">
          {meaning.summary} It takes {meaning.range}.
        </p>
      )}
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly hint: string;
  readonly take: (value: string) => void;
}

function Field({ label, value, hint, take }: FieldProps) {
  return (
    <label>
      {label}
      <input autocomplete="off" value={value} placeholder={hint} onInput={(event) => take(event.currentTarget.value)} />
    </label>
  );
}
