const KEY = "selfballoon-token";

/** Asks the operator for the token when one is needed. */
export interface TokenQuestion {
  /** True if the last one was wrong. */
  readonly isWrong: boolean;
  /** Null: the operator gave up. */
  readonly answer: (token: string | null) => void;
}

/** Keeps the token for as long as this tab lives, and nowhere else. */
export class TokenKeeper {
  question: TokenQuestion | null = null;
  onChange: () => void = () => {};

  /** Take over a token that came with the address (`#token=`), and take it out of the address and the history. */
  takeFromAddress(): void {
    const token = /^#token=([\x21-\x7e]+)$/.exec(location.hash)?.[1];
    if (token === undefined) return;
    sessionStorage.setItem(KEY, token);
    history.replaceState(null, "", `${location.pathname}#/`);
  }

  /** The token, asked for if there is none, or if the one there is wrong. Null: the operator gave up. */
  async get(isWrong: boolean): Promise<string | null> {
    const kept = sessionStorage.getItem(KEY);
    if (kept !== null && !isWrong) return kept;
    const given = await this.askFor(isWrong && kept !== null);
    if (given === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, given);
    return given;
  }

  private askFor(isWrong: boolean): Promise<string | null> {
    // One question at a time: an earlier one is given up.
    this.question?.answer(null);
    return new Promise((resolve) => {
      this.question = {
        isWrong,
        answer: (token) => {
          this.question = null;
          this.onChange();
          resolve(token);
        },
      };
      this.onChange();
    });
  }
}
