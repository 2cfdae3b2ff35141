import type { BoardEntry } from "../../src/fleet/board-entry.ts";
import { checkRevision, type EditTerms } from "../../src/fleet/edit-terms.ts";
import { type Scope, scopeKey } from "../../src/fleet/scope.ts";
import type { SettingsBoard } from "../../src/fleet/settings-board.ts";
import { decodeDocument, encodeDocument, NO_SETTINGS, type SettingsDocument } from "../../src/fleet/settings-wire.ts";

/** What is set for a fleet, held here instead of by NATS, and as it would come back from there. */
export class MemoryBoard implements Pick<SettingsBoard, "list" | "edit"> {
  private readonly kept = new Map<string, BoardEntry>();

  list(): readonly BoardEntry[] {
    return [...this.kept.values()];
  }

  /** Leave something there that can't be used. */
  spoil(scope: Scope, problem: string): void {
    this.kept.set(scopeKey(scope), { scope, document: NO_SETTINGS, revision: 1, problem });
  }

  async edit(
    scope: Scope,
    change: (before: SettingsDocument) => SettingsDocument,
    terms: EditTerms = {},
  ): ReturnType<SettingsBoard["edit"]> {
    const before = this.kept.get(scopeKey(scope));
    checkRevision(scope, before?.revision ?? 0, terms);
    const document = decodeDocument(encodeDocument(change(before?.document ?? NO_SETTINGS)));
    const revision = (before?.revision ?? 0) + 1;
    this.kept.set(scopeKey(scope), { scope, document, revision, problem: null });
    return { ...document, revision };
  }
}
