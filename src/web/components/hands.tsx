import { useState } from "preact/hooks";
import type { Gift, GuestStatus } from "../../core/control.ts";
import { partialGiftTexts } from "../../view/gift-text.ts";
import { whyNot } from "../daemon.ts";
import type { Store } from "../store.ts";

interface HandsProps extends Pick<GuestStatus, "paused" | "released"> {
  readonly store: Store;
  /** Whom the buttons are about; null: all guests, and those that come. */
  readonly guests: readonly string[] | null;
}

type Order = "pause" | "resume" | "release";

/** Buttons that take guests out of the daemon's hands, and give them back. */
export function Hands({ store, guests, paused, released }: HandsProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [gifts, setGifts] = useState<readonly string[]>([]);
  const all = guests === null ? " all" : "";
  const order = async (what: Order): Promise<void> => {
    const body = guests === null ? {} : { guests };
    const answer = await store.change<{ gifts?: readonly Gift[] }>(`/v1/${what}`, body, "POST");
    setProblem(answer === null || answer.ok ? null : whyNot(answer.problem));
    setGifts(answer?.ok === true ? partialGiftTexts(answer.body.gifts ?? []) : []);
  };
  return (
    <div class="hands">
      {!paused && !released && (
        <button type="button" title={ABOUT.pause} onClick={() => void order("pause")}>
          Pause{all}
        </button>
      )}
      {(paused || released) && (
        <button type="button" title={ABOUT.resume} onClick={() => void order("resume")}>
          Resume{all}
        </button>
      )}
      {!released && (
        <button type="button" title={ABOUT.release} onClick={() => void order("release")}>
          Release{all}
        </button>
      )}
      {gifts.map((gift) => (
        <span key={gift} role="status" class="about">
          {gift}
        </span>
      ))}
      {problem !== null && (
        <span role="alert" class="error">
          {problem}
        </span>
      )}
    </div>
  );
}

const ABOUT: Readonly<Record<Order, string>> = {
  pause: "Balloons stay where they are, also when memory runs short.",
  resume: "Balloons are moved again.",
  release: "All memory is given back, and no balloon is moved until it is resumed.",
};
