import type { Scope } from "./scope.ts";
import type { SettingsDocument } from "./settings-wire.ts";

/** What is set for one scope. */
export interface BoardEntry {
  readonly scope: Scope;
  readonly document: SettingsDocument;
  readonly revision: number;
  /** Why what is there can't be used; null if it can. */
  readonly problem: string | null;
}
