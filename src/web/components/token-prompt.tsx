import { useEffect, useState } from "preact/hooks";
import { tokenKeeper } from "../token.ts";
import { TokenDialog } from "./token-dialog.tsx";

/** Asks for the token where one is needed, and says so where it was not given. */
export function TokenPrompt() {
  const [, draw] = useState(0);
  useEffect(() => {
    tokenKeeper.onChange = () => draw((count) => count + 1);
    draw((count) => count + 1); // it may have been asked for before
  }, []);
  const { question, isGivenUp } = tokenKeeper;
  if (question !== null) return <TokenDialog key={String(question.isWrong)} question={question} />;
  if (!isGivenUp) return null;
  const ask = (): void => {
    tokenKeeper.isGivenUp = false;
    void tokenKeeper.another(null, "read");
  };
  return (
    <p role="alert" class="banner">
      A token is needed to see anything.{" "}
      <button type="button" onClick={ask}>
        Enter it
      </button>
    </p>
  );
}
