import { problemOf, SelfballoonError, selfballoonError } from "../core/errors.ts";
import { scopeText } from "./scope.ts";
import type { SettingsBoard } from "./settings-board.ts";

/** Changes what is set for a scope. @throws ERR_FLEET_UNSET, or as `SettingsBoard.edit` says. */
export type SettingsEditor = SettingsBoard["edit"];

/** An editor of the board that `open` gives. */
export function settingsEditor(open: () => Promise<Pick<SettingsBoard, "edit">>): SettingsEditor {
  return async (scope, change, terms) => {
    try {
      const board = await open();
      return await board.edit(scope, change, terms);
    } catch (thrown) {
      if (thrown instanceof SelfballoonError) throw thrown;
      throw selfballoonError("ERR_FLEET_UNSET", { scope: scopeText(scope), problem: problemOf(thrown) }, thrown);
    }
  };
}
