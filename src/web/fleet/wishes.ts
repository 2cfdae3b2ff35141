import { useState } from "preact/hooks";
import type { RolloutOrdered, SettingsChanged } from "../../fleet/service/answers.ts";
import { ask, needsToken, whyNot } from "../daemon.ts";

/** How long hosts are watched is said in minutes. */
export const MS_PER_MINUTE = 60_000;

/** A change of what is set for many, as it is sent. */
export interface Wish {
  readonly scope: string;
  readonly guest: string | null;
  /** Null: all that is set there is set no more. */
  readonly values: Readonly<Record<string, string | null>> | null;
  readonly first: string | null;
  readonly watchMs?: number;
  /** The number of what was shown, where nothing else is meant. */
  readonly revision?: number;
}

/** What an operator wants changed: whom it meets is looked up first, and it is written once that is agreed to. */
export interface Wishes {
  /** What waits for an answer, and what would come of it; null: nothing. */
  readonly asked: { readonly wish: Wish; readonly would: SettingsChanged } | null;
  readonly error: string | null;
  readonly said: string;
  readonly isBusy: boolean;
  readonly ask: (wish: Wish) => void;
  readonly go: (wish: Wish) => void;
  readonly leave: () => void;
  /** Begin again with the roll-out of a scope, or take it back. */
  readonly order: (what: "resume" | "abort", scope: string, id: string) => void;
}

const PATH = "/v1/fleet/settings";

/** Wishes of one view. */
export function useWishes(): Wishes {
  const [asked, setAsked] = useState<Wishes["asked"]>(null);
  const [error, setError] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const [isBusy, setBusy] = useState(false);
  /** Null: it was not done. */
  const post = async <T>(path: string, body: unknown): Promise<T | null> => {
    setBusy(true);
    setSaid("");
    setError(null);
    const answer = await ask<T>("POST", path, body);
    setBusy(false);
    if (answer.ok) return answer.body;
    if (!needsToken(answer.problem)) setError(whyNot(answer.problem));
    return null;
  };
  const look = async (wish: Wish): Promise<void> => {
    setAsked(null);
    const would = await post<SettingsChanged>(PATH, { ...wish, dryRun: true });
    if (would !== null) setAsked({ wish, would });
  };
  const go = async (wish: Wish): Promise<void> => {
    setAsked(null);
    const done = await post<SettingsChanged>(PATH, wish);
    if (done === null) return;
    setSaid(`${wishText(wish)}: ${done.first.length === 0 ? "done" : `on ${done.first.join(", ")} first`}.`);
  };
  const order = async (what: "resume" | "abort", scope: string, id: string): Promise<void> => {
    const done = await post<RolloutOrdered>(`${PATH}/${what}`, { scope, id });
    if (done === null) return;
    setSaid(
      what === "abort"
        ? `For ${scope} nothing is on its way any more; what all hosts have stays set.`
        : `For ${scope}: ${done.first.join(", ")} first, again.`,
    );
  };
  return {
    asked,
    error,
    said,
    isBusy,
    ask: (wish) => void look(wish),
    go: (wish) => void go(wish),
    leave: () => setAsked(null),
    order: (what, scope, id) => void order(what, scope, id),
  };
}

/** A change in words. */
export function wishText({ scope, guest, values }: Wish): string {
  const whom = `for ${scope}${guest === null ? "" : `, guests ${guest}`}`;
  return values === null ? `Unset all ${whom}` : `${changeText(values)} ${whom}`;
}

/** Settings by name as they would be written; those of null are set no more. */
export function changeText(values: Readonly<Record<string, string | null>>): string {
  const texts = Object.entries(values).map(([name, value]) => (value === null ? `Unset ${name}` : `${name}=${value}`));
  return texts.join(", ");
}
