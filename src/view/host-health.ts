import { needText } from "./host-budget.ts";

/** What a fleet's host says of its own memory. */
interface Health {
  readonly need: number | null;
  readonly isEmergency: boolean;
  readonly warnings: readonly string[];
}

/** What is wrong with a host itself, a piece of text each; nothing where it says nothing of that. */
export function healthTexts({ health }: { readonly health?: Health | undefined }): readonly string[] {
  if (health === undefined) return [];
  const { need, isEmergency, warnings } = health;
  return [...(need === null || (need === 0 && !isEmergency) ? [] : [needText({ need, isEmergency })]), ...warnings];
}
