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

/** Whether somebody should look at a host now: guests of it run short or can't be read, or it is about to run out itself. */
export function isInTrouble({
  short,
  unreadable,
  health,
}: {
  readonly short: number;
  readonly unreadable: number;
  readonly health?: Pick<Health, "isEmergency"> | undefined;
}): boolean {
  return short + unreadable > 0 || health?.isEmergency === true;
}
