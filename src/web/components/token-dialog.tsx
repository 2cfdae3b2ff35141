import { useEffect, useRef } from "preact/hooks";
import type { TokenQuestion } from "../token.ts";

/** Asks for the token that changes need. */
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
        <h2 id="token-title">A token is needed to change anything</h2>
        {question.isWrong && (
          <p role="alert" class="error">
            The token was not right. The daemon makes a new one each time it starts.
          </p>
        )}
        <p>
          It is in the file that <code>selfballoon run</code> named when it started: <code>token</code> beside the
          control socket, or the configuration's <code>token_file</code>. This tab keeps it until it is closed.
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
