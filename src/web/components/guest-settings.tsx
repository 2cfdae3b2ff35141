import { useEffect, useState } from "preact/hooks";
import type { GuestSettingAnswer } from "../../api/answers.ts";
import { findTerm, type TermValue } from "../../core/guest-terms.ts";
import { settingDanger } from "../../view/setting-danger.ts";
import { ask, whyNot } from "../daemon.ts";
import type { GuestView } from "../model.ts";
import type { Store } from "../store.ts";
import { everyWhileSeen } from "../while-seen.ts";
import { Changeable } from "./changeable.tsx";

/** Others may change settings too: they are read again so often. */
const REFRESH_MS = 5000;

interface Settings {
  readonly settings: readonly GuestSettingAnswer[];
}

interface GuestProps {
  readonly store: Store;
  readonly view: GuestView;
}

/** A guest's own limits, weight and tunables, changed in place; nothing where no host is shared. */
export function GuestSettings({ store, view }: GuestProps) {
  const path = `/v1/guests/${encodeURIComponent(view.guest)}/settings`;
  const [settings, setSettings] = useState<Settings["settings"]>([]);
  useEffect(() => {
    const read = async (): Promise<void> => {
      const answer = await ask<Settings>("GET", path);
      if (answer.ok) setSettings(answer.body.settings);
    };
    void read();
    return everyWhileSeen(REFRESH_MS, () => void read());
  }, [path]);
  if (settings.length === 0) return null;
  const isTerm = ({ name }: GuestSettingAnswer): boolean => findTerm(name) !== null;
  const listed = (some: Settings["settings"]) => (
    <Changeable store={store}>
      <ul class="tunables">
        {some.map((setting) => (
          <Setting key={setting.name} {...{ store, view, path, setting, take: setSettings }} />
        ))}
      </ul>
    </Changeable>
  );
  return (
    <section aria-labelledby="settings-title">
      <h3 id="settings-title">Settings of this guest</h3>
      <p class="about">What is set here beats the configuration, and stands over restarts until it is reset.</p>
      {listed(settings.filter(isTerm))}
      <details>
        <summary>Tunables of this guest</summary>
        {listed(settings.filter((setting) => !isTerm(setting)))}
      </details>
    </section>
  );
}

/** A dangerous change, which is asked for once more; null: back to the configuration. */
interface Danger {
  readonly to: string | null;
  readonly sentence: string;
}

interface SettingProps extends GuestProps {
  readonly path: string;
  readonly setting: GuestSettingAnswer;
  /** What the settings are after a change. */
  readonly take: (settings: Settings["settings"]) => void;
}

function Setting({ store, view, path, setting, take }: SettingProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const [danger, setDanger] = useState<Danger | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const { name, unit, isOwn, source } = setting;
  const shown = String(setting.value ?? "");
  const text = draft ?? shown;
  const change = async (to: string | null): Promise<void> => {
    setBusy(true);
    setDanger(null);
    const answer = await store.change<Settings>(path, { [name]: to });
    setBusy(false);
    if (answer === null) return;
    setError(answer.ok ? null : whyNot(answer.problem));
    if (!answer.ok) return;
    setDraft(null);
    take(answer.body.settings);
  };
  /** Only the same change again is meant all the same. */
  const wish = (to: string | null): void => {
    const found = settingDanger(
      name,
      to === null ? setting.configured : typedValue(to),
      view.figures?.currentBytes ?? null,
    );
    if (found === null || (danger !== null && danger.to === to)) void change(to);
    else setDanger({ to, sentence: found });
  };
  const again = (isAsked: boolean): string => (isAsked ? " all the same" : "");
  const [setAgain, resetAgain] = [danger !== null && danger.to !== null, danger !== null && danger.to === null];
  const id = `own-${name}`;
  return (
    <li class="tunable">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          wish(text);
        }}
      >
        <label for={id}>
          <code>{name}</code>
        </label>
        <div class="field">
          <input
            id={id}
            autocomplete="off"
            value={text}
            placeholder="none"
            aria-describedby={error === null ? `${id}-about` : `${id}-about ${id}-error`}
            aria-invalid={error !== null}
            onInput={(event) => {
              setDraft(event.currentTarget.value);
              setDanger(null);
            }}
          />
          <span class="unit">{unit}</span>
          <button
            type="submit"
            aria-label={`Set ${name} of this guest${again(setAgain)}`}
            disabled={isBusy || text === "" || text === shown}
          >
            Set{again(setAgain)}
          </button>
          <button
            type="button"
            aria-label={`Reset ${name} of this guest${again(resetAgain)}`}
            disabled={isBusy || !isOwn || source !== "runtime"}
            onClick={() => wish(null)}
          >
            Reset{again(resetAgain)}
          </button>
          <span class="source">from: {source === "runtime" && isOwn ? "set at run time" : source}</span>
        </div>
        {danger !== null && (
          <p role="alert" class="budget-warning">
            {danger.sentence}
          </p>
        )}
        {error !== null && (
          <p id={`${id}-error`} role="alert" class="error">
            {error}
          </p>
        )}
        <p id={`${id}-about`} class="about">
          {setting.summary} It takes {setting.range}.
        </p>
      </form>
    </li>
  );
}

/** What was typed, as the daemon will read it. */
function typedValue(text: string): TermValue {
  if (text === "true" || text === "false") return text === "true";
  return /^\d+$/.test(text) ? Number(text) : text;
}
