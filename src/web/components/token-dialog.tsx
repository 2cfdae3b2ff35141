import { useEffect, useRef } from "preact/hooks";
import type { TokenQuestion } from "../token.ts";

/** Asks for the token that changes need, and reads where the operator says so. */
export function TokenDialog({ question }: { readonly question: TokenQuestion }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="token-title" onCancel={() => question.answer(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const token = field.current?.value.trim() ?? "";
          if (token !== "") question.answer(token);
        }}
      >
        <h2 id="token-title">A token is needed to {question.purpose === "read" ? "see" : "change"} anything</h2>
        {question.isWrong && (
          <p role="alert" class="error">
            The token was not right. Without a <code>token_file</code> there is a new one at each start.
          </p>
        )}
        <p>
          It is in the file that the configuration names as <code>token_file</code>; where it names none, in{" "}
          <code>token</code> beside the daemon's control socket. This tab keeps it until it is closed.
        </p>
        <label>
          Token
          <input ref={field} type="password" autocomplete="off" required />
        </label>
        <div class="buttons">
          <button type="button" onClick={() => question.answer(null)}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Use it
          </button>
        </div>
      </form>
    </dialog>
  );
}
