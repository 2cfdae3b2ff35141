import { selfballoonError } from "../core/errors.ts";
import { type Scope, scopeText } from "./scope.ts";

/** What a change of a scope's settings goes by besides what it changes. */
export interface EditTerms {
  /** Whether what is there and can't be read counts as nothing. */
  readonly isAnew?: boolean;
  /** The number that what is there must have, of what somebody was shown; null or absent: any. */
  readonly revision?: number | null;
}

/** Refuse a change of what was not shown. @throws ERR_FLEET_SETTINGS_OTHER. */
export function checkRevision(scope: Scope, there: number, { revision = null }: EditTerms): void {
  if (revision === null || revision === there) return;
  throw selfballoonError("ERR_FLEET_SETTINGS_OTHER", { scope: scopeText(scope), shown: revision, there });
}
