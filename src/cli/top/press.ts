/** A key that was pressed: its name by Node's readline, or the character where it has none, and what it types. */
export interface Press {
  readonly name: string;
  readonly text: string;
}

/** What was pressed. Terminals send Escape and soon a key as they send Alt with the key: it is both, one after the other. */
export function pressesOf(
  text: string | undefined,
  key: { readonly name?: string; readonly ctrl?: boolean; readonly sequence?: string },
): readonly Press[] {
  const { sequence = "" } = key;
  const isAfterEscape = sequence.length > 1 && sequence.startsWith("\u001b") && !/^[[O]/.test(sequence.slice(1));
  const typed = isAfterEscape ? sequence.slice(1) : (text ?? "");
  const name = key.name ?? typed;
  const press = { name: key.ctrl === true ? `ctrl+${name}` : name, text: typed };
  return isAfterEscape ? [{ name: "escape", text: "" }, press] : [press];
}
