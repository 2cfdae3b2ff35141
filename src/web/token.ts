const KEY = "selfballoon-token";

/** What a token is asked for. */
export type Purpose = "read" | "change";

/** Asks the operator for the token when one is needed. */
export interface TokenQuestion {
  readonly purpose: Purpose;
  /** True if the last one was wrong. */
  readonly isWrong: boolean;
  /** Null: the operator gave up. */
  readonly answer: (token: string | null) => void;
}

/** Keeps the token for as long as this tab lives, and nowhere else. */
class TokenKeeper {
  question: TokenQuestion | null = null;
  /** True once the operator would not give it for reading: it is not asked for again at each read. */
  isGivenUp = false;
  onChange: () => void = () => {};
  private asked: Promise<string | null> | null = null;

  get kept(): string | null {
    return sessionStorage.getItem(KEY);
  }

  /** Take over a token that came with the address (`#token=`), and take it out of the address and the history. */
  takeFromAddress(): void {
    const token = /^#token=([\x21-\x7e]+)$/.exec(location.hash)?.[1];
    if (token === undefined) return;
    sessionStorage.setItem(KEY, token);
    history.replaceState(null, "", `${location.pathname}#/`);
  }

  /** Another token than `wrong`, which was refused; null there: none was shown. Null: the operator gave up. */
  another(wrong: string | null, purpose: Purpose): Promise<string | null> {
    const { kept } = this;
    if (kept !== null && kept !== wrong) return Promise.resolve(kept);
    if (purpose === "read" && this.isGivenUp) return Promise.resolve(null);
    // All that need it meanwhile wait for the one answer.
    this.asked ??= this.askFor(wrong !== null, purpose);
    return this.asked;
  }

  private async askFor(isWrong: boolean, purpose: Purpose): Promise<string | null> {
    const token = await new Promise<string | null>((answer) => {
      this.question = { purpose, isWrong, answer };
      this.onChange();
    });
    if (token === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
    // Not to change anything says nothing of reading.
    if (purpose === "read" || token !== null) this.isGivenUp = token === null;
    this.question = null;
    this.asked = null;
    this.onChange();
    return token;
  }
}

/** The token of this tab. */
export const tokenKeeper = new TokenKeeper();
